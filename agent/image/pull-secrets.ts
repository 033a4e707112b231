import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Secret } from '../../api/kinds/core/secret.ts';
import { secrets } from '../../api/kinds/core/secret.ts';
import type { Live } from '../../api/meta/object.ts';
import { isObject } from '../../base/json.ts';
import { sha256Hex } from '../../base/sha256.ts';
import type { ObjectSource } from '../contract/object-source.ts';
import type { RegistryCredentials } from '../contract/runtime.ts';
import type { PullSecret } from './pulled-record.ts';

/** Credentials for a registry, and the Secret that they come from. */
export interface TrackedCredentials {
  readonly credentials: RegistryCredentials;
  readonly secret: PullSecret;
}

export interface PodCredentials {
  /** In the order in which they are tried: those of the longer registry's name first, then in the pod's order. */
  readonly found: readonly TrackedCredentials[];
  /** The names of Secrets that could not be read. */
  readonly missing: readonly string[];
}

/** Finds the credentials for an image in the pod's imagePullSecrets, as kubelet's keyring does. Never rejects. */
export async function pullCredentials(pod: Live<Pod>, reference: string, objects: ObjectSource): Promise<PodCredentials> {
  const found: (TrackedCredentials & { readonly registry: string })[] = [];
  const missing: string[] = [];
  for (const { name = '' } of pod.spec?.imagePullSecrets ?? []) {
    if (name === '') continue;
    const secret = await objects.get<Secret>(secrets, { namespace: pod.metadata.namespace ?? '', name }).catch(() => undefined);
    if (!secret) {
      missing.push(name);
      continue;
    }
    const { uid, namespace = '' } = secret.metadata;
    for (const [key, entry] of Object.entries(registriesOf(secret))) {
      if (!covers(key, reference)) continue;
      const credentials = credentialsOf(entry);
      const registry = key.replace(/^https?:\/\//, '');
      if (credentials) found.push({ registry, credentials, secret: { uid, namespace, name, credentialHash: credentialHash(entry, credentials) } });
    }
  }
  found.sort((a, b) => (a.registry < b.registry ? 1 : a.registry > b.registry ? -1 : 0));
  return { found, missing };
}

/** Hashes credentials with the e-mail address beside them, as kubelet does: the JSON of Go's AuthConfig. */
function credentialHash(entry: unknown, { username, password, identityToken }: RegistryCredentials): string {
  const config = { username, password, email: asText(asRecord(entry).email), identitytoken: identityToken };
  const given = Object.fromEntries(Object.entries(config).filter(([, value]) => value));
  return sha256Hex(JSON.stringify(given).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`));
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
  const username = decoded && colon > 0 ? decoded.slice(0, colon) : asText(record.username);
  const password = decoded && colon > 0 ? decoded.slice(colon + 1) : asText(record.password);
  const identityToken = asText(record.identitytoken);
  if (username === undefined && identityToken === undefined) return undefined;
  return {
    ...(username === undefined ? {} : { username, password: password ?? '' }),
    ...(identityToken ? { identityToken } : {}),
  };
}

/** Names of registries are no longer than those of hosts with a port and a path. */
const MAX_REGISTRY_LENGTH = 4096;

/** Whether a registry's entry (`https://index.docker.io/v1/`, `*.example.com`, `host/path`) is for the image. */
function covers(registry: string, reference: string): boolean {
  if (registry.length > MAX_REGISTRY_LENGTH) return false;
  const [host = '', ...path] = registry.replace(/^https?:\/\//, '').split('/');
  const [first = '', ...rest] = reference.split('/');
  const hasDomain = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost');
  const imageHost = hasDomain ? first : 'docker.io';
  const imagePath = (hasDomain ? rest : [first, ...rest]).join('/');
  if (host === 'index.docker.io') return imageHost === 'docker.io';
  const prefix = path.filter((part) => part !== '' && part !== 'v1' && part !== 'v2').join('/');
  return hostMatches(host, imageHost) && (prefix === '' || imagePath.startsWith(prefix));
}

/** Compares hosts label by label; `*` stands for any characters of a label. */
function hostMatches(pattern: string, host: string): boolean {
  const wanted = pattern.split('.');
  const labels = host.split('.');
  return wanted.length === labels.length && wanted.every((label, i) => globMatches(label, labels[i] ?? ''));
}

/** Matches greedily from both ends, then looks for each part in between once. */
function globMatches(pattern: string, text: string): boolean {
  const [begin = '', ...parts] = pattern.split('*');
  const end = parts.pop();
  if (end === undefined) return pattern === text;
  if (text.length < begin.length + end.length || !text.startsWith(begin) || !text.endsWith(end)) return false;
  let at = begin.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - end.length;
}
