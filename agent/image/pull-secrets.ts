import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Secret } from '../../api/kinds/core/secret.ts';
import { secrets } from '../../api/kinds/core/secret.ts';
import type { Live } from '../../api/meta/object.ts';
import { sha256Hex } from '../../base/sha256.ts';
import type { ObjectSource } from '../contract/object-source.ts';
import type { PodCredentials, TrackedCredentials } from './pod-credentials.ts';
import type { Registries, RegistryEntry } from './registry-credentials.ts';
import { byRegistry, entriesFor, registriesIn } from './registry-credentials.ts';

/** Finds the credentials for an image in the pod's imagePullSecrets, as kubelet's keyring does. Never rejects. */
export async function pullCredentials(pod: Live<Pod>, reference: string, objects: ObjectSource): Promise<PodCredentials> {
  const found: (TrackedCredentials & Pick<RegistryEntry, 'registry'>)[] = [];
  const missing: string[] = [];
  for (const { name = '' } of pod.spec?.imagePullSecrets ?? []) {
    if (name === '') continue;
    const secret = await objects.get<Secret>(secrets, { namespace: pod.metadata.namespace ?? '', name }).catch(() => undefined);
    if (!secret) {
      missing.push(name);
      continue;
    }
    const { uid, namespace = '' } = secret.metadata;
    for (const entry of entriesFor(registriesOf(secret), reference)) {
      const { registry, credentials } = entry;
      found.push({ registry, credentials, source: { secret: { uid, namespace, name, credentialHash: credentialHash(entry) } } });
    }
  }
  return { found: found.sort(byRegistry), missing };
}

/** Hashes credentials with the e-mail address beside them, as kubelet does: the JSON of Go's AuthConfig. */
function credentialHash({ credentials: { username, password, identityToken }, email }: RegistryEntry): string {
  const config = { username, password, email, identitytoken: identityToken };
  const given = Object.fromEntries(Object.entries(config).filter(([, value]) => value));
  return sha256Hex(JSON.stringify(given).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`));
}

function registriesOf(secret: Secret): Registries {
  const current = secret.data?.['.dockerconfigjson'];
  return registriesIn(Buffer.from(current ?? secret.data?.['.dockercfg'] ?? '', 'base64').toString(), current === undefined) ?? {};
}
