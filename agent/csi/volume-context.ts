import type { Secret } from '../../api/kinds/core/secret.ts';
import { secrets } from '../../api/kinds/core/secret.ts';
import type { CSIDriver } from '../../api/kinds/storage/csi-driver.ts';
import type { CsiWish } from '../contract/csi-volumes.ts';
import type { ObjectSource } from '../contract/object-source.ts';
import type { TokenSource } from '../volume/token-source.ts';
import type { VolumeSpec } from './volume-spec.ts';

type TextMap = Readonly<Record<string, string>>;

/** Returns the facts about the pod that a driver with `podInfoOnMount` is told among the volume's attributes. */
export function podInfo({ pod }: CsiWish, { lifecycle }: VolumeSpec): TextMap {
  return {
    'csi.storage.k8s.io/pod.name': pod.metadata.name,
    'csi.storage.k8s.io/pod.namespace': pod.metadata.namespace ?? '',
    'csi.storage.k8s.io/pod.uid': pod.metadata.uid,
    'csi.storage.k8s.io/serviceAccount.name': pod.spec?.serviceAccountName ?? '',
    'csi.storage.k8s.io/ephemeral': String(lifecycle === 'Ephemeral'),
  };
}

/** Returns the tokens of the pod's service account that a driver asks for, under the name by which it is told them. */
export async function podTokens({ pod }: CsiWish, driver: CSIDriver | undefined, tokens: TokenSource): Promise<TextMap> {
  const requests = driver?.spec.tokenRequests ?? [];
  if (requests.length === 0) return {};
  const entries = requests.map(async ({ audience, expirationSeconds }) => {
    const projection = { path: '', ...(audience ? { audience } : {}), ...(expirationSeconds === undefined ? {} : { expirationSeconds }) };
    const { token, expirationTimestamp } = await tokens.issue(pod, projection);
    return [audience, { token, expirationTimestamp }] as const;
  });
  return { 'csi.storage.k8s.io/serviceAccount.tokens': JSON.stringify(Object.fromEntries(await Promise.all(entries))) };
}

/** Reads what a Secret holds for a driver. @throws Error in kubelet's words. @param field the field of the volume that names the Secret */
export async function credentials(
  key: { readonly name: string; readonly namespace: string },
  field: string,
  objects: ObjectSource,
): Promise<TextMap> {
  const fail = (why: string) => new Error(`fetching ${field} ${key.namespace}/${key.name} failed: kubernetes.io/csi: ${why}`);
  const where = `failed to find the secret ${key.name} in the namespace ${key.namespace} with error:`;
  const secret = await objects.get<Secret>(secrets, key).catch((error: unknown) => {
    throw fail(`${where} ${error instanceof Error ? error.message : error}`);
  });
  if (!secret) throw fail(`${where} secrets ${JSON.stringify(key.name)} not found`);
  return Object.fromEntries(Object.entries(secret.data ?? {}).map(([name, base64]) => [name, Buffer.from(base64, 'base64').toString()]));
}
