import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Secret } from '../../api/kinds/core/secret.ts';
import { secrets } from '../../api/kinds/core/secret.ts';
import type { Live } from '../../api/meta/object.ts';
import { isObject } from '../../base/json.ts';
import type { ObjectSource } from '../contract/object-source.ts';
import type { RegistryCredentials } from '../contract/runtime.ts';

/** Credentials for an image from the pod's imagePullSecrets; secrets that are missing or unreadable are passed over, as upstream does. */
export async function pullCredentials(pod: Live<Pod>, reference: string, objects: ObjectSource): Promise<readonly RegistryCredentials[]> {
  const found: RegistryCredentials[] = [];
  for (const { name = '' } of pod.spec?.imagePullSecrets ?? []) {
    const secret = await objects.get<Secret>(secrets, { namespace: pod.metadata.namespace ?? '', name });
    for (const [registry, entry] of Object.entries(registriesOf(secret))) {
      if (!covers(registry, reference)) continue;
      const credentials = credentialsOf(entry);
      if (credentials) found.push(credentials);
    }
  }
  return found;
}

function registriesOf(secret: Secret | undefined): Record<string, unknown> {
  const current = secret?.data?.['.dockerconfigjson'];
  const legacy = secret?.data?.['.dockercfg'];
  const parsed = parseObject(current ?? legacy);
  return current === undefined ? parsed : asRecord(parsed.auths);
}

function parseObject(base64: string | undefined): Record<string, unknown> {
  if (base64 === undefined) return {};
  try {
    return asRecord(JSON.parse(Buffer.from(base64, 'base64').toString()));
  } catch {
    return {};
  }
}

const asRecord = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});
const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/**
 * Without the registry they are for, as kubelet passes them on: containerd compares that with the host it asks, and takes only URLs,
 * so that `registry.example.com` would match nothing, and `https://index.docker.io/v1/` not the host behind it.
 */
function credentialsOf(entry: unknown): RegistryCredentials | undefined {
  const record = asRecord(entry);
  const auth = asText(record.auth);
  const decoded = auth === undefined ? undefined : Buffer.from(auth, 'base64').toString();
  const colon = decoded?.indexOf(':') ?? -1;
  const username = asText(record.username) ?? (decoded && colon > 0 ? decoded.slice(0, colon) : undefined);
  const password = asText(record.password) ?? (decoded && colon > 0 ? decoded.slice(colon + 1) : undefined);
  const identityToken = asText(record.identitytoken);
  if (username === undefined && identityToken === undefined) return undefined;
  return {
    ...(username === undefined ? {} : { username, password: password ?? '' }),
    ...(identityToken ? { identityToken } : {}),
  };
}

/** Whether a registry's entry (`https://index.docker.io/v1/`, `*.example.com`, `host/path`) is for the image. */
function covers(registry: string, reference: string): boolean {
  const [host = '', ...path] = registry
    .replace(/^https?:\/\//, '')
    .replace(/\/+$/, '')
    .split('/');
  const [first = '', ...rest] = reference.split('/');
  const hasDomain = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const imageHost = hasDomain ? first : 'docker.io';
  const imagePath = (hasDomain ? rest : [first, ...rest]).join('/');
  if (host === 'index.docker.io') return imageHost === 'docker.io';
  const pattern = new RegExp(
    `^${host
      .split('*')
      .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^.]*')}$`,
  );
  const prefix = path.filter((part) => part !== 'v1' && part !== 'v2').join('/');
  return pattern.test(imageHost) && (prefix === '' || imagePath.startsWith(prefix));
}
