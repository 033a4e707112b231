import type { Kind } from '../../api/definition/kind.ts';
import type { ConfigMap } from '../../api/kinds/core/config-map.ts';
import { configMaps } from '../../api/kinds/core/config-map.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Secret } from '../../api/kinds/core/secret.ts';
import { secrets } from '../../api/kinds/core/secret.ts';
import type { Live, ObjectKey } from '../../api/meta/object.ts';
import type { Volume } from '../../api/pod/volume/volume.ts';
import type {
  ConfigMapProjection,
  DownwardAPIVolumeFile,
  KeyToPath,
  SecretProjection,
  VolumeProjection,
} from '../../api/pod/volume/volume-projection.ts';
import type { ObjectSource } from '../contract/object-source.ts';
import type { PodAddresses } from '../spec/field-path.ts';
import { podFieldValue } from '../spec/field-path.ts';
import type { Allocatable } from '../spec/resource-field.ts';
import { resourceFieldValue } from '../spec/resource-field.ts';
import type { PayloadFile } from './atomic-writer.ts';
import type { TokenSource } from './token-source.ts';

export interface PayloadSources {
  readonly objects: ObjectSource;
  readonly tokens: TokenSource;
  readonly addresses: PodAddresses;
  readonly allocatable: Allocatable;
}

/** A payload is being put together. */
type Files = Map<string, PayloadFile>;

const DEFAULT_MODE = 0o644;

/** Whether the volume's files come from the API. */
export const isPayloadVolume = (volume: Volume): boolean => Boolean(volume.configMap || volume.secret || volume.projected || volume.downwardAPI);

/** The ConfigMaps and Secrets whose changes change the volume. */
export function objectsOf(pod: Live<Pod>, volume: Volume): readonly { readonly kind: Kind; readonly key: ObjectKey }[] {
  const namespace = pod.metadata.namespace ?? '';
  const configMap = (name = '') => ({ kind: configMaps as Kind, key: { namespace, name } });
  const secret = (name = '') => ({ kind: secrets as Kind, key: { namespace, name } });
  if (volume.configMap) return [configMap(volume.configMap.name)];
  if (volume.secret) return [secret(volume.secret.secretName)];
  return (volume.projected?.sources ?? []).flatMap((source) => [
    ...(source.configMap ? [configMap(source.configMap.name)] : []),
    ...(source.secret ? [secret(source.secret.name)] : []),
  ]);
}

/** The files of a volume as they are to be now. @throws Error naming what is missing. */
export async function volumePayload(pod: Live<Pod>, volume: Volume, sources: PayloadSources): Promise<Files> {
  const files: Files = new Map();
  if (volume.configMap) await addConfigMap(files, pod, volume.configMap, modeOf(volume.configMap), sources);
  if (volume.secret) await addSecret(files, pod, { ...volume.secret, name: volume.secret.secretName }, modeOf(volume.secret), sources);
  if (volume.downwardAPI) addDownward(files, pod, volume.downwardAPI.items, modeOf(volume.downwardAPI), sources);
  const mode = modeOf(volume.projected);
  for (const source of volume.projected?.sources ?? []) await addProjection(files, pod, source, mode, sources);
  return files;
}

const modeOf = (source: { readonly defaultMode?: number | undefined } | undefined): number => source?.defaultMode ?? DEFAULT_MODE;

async function addProjection(files: Files, pod: Live<Pod>, source: VolumeProjection, mode: number, sources: PayloadSources): Promise<void> {
  if (source.configMap) return addConfigMap(files, pod, source.configMap, mode, sources);
  if (source.secret) return addSecret(files, pod, source.secret, mode, sources);
  if (source.downwardAPI) return addDownward(files, pod, source.downwardAPI.items, mode, sources);
  if (source.serviceAccountToken) {
    const token = await sources.tokens.token(pod, source.serviceAccountToken);
    const user = commonUser(pod);
    const shared = pod.spec?.securityContext?.fsGroup !== undefined;
    // Readable by the one user that the containers run as, or by the pod's group; otherwise by any user (as upstream's projected plugin).
    const tokenMode = user !== undefined || shared ? (shared ? 0o640 : 0o600) : mode;
    files.set(source.serviceAccountToken.path, { content: Buffer.from(token), mode: tokenMode, ...(user === undefined ? {} : { uid: user }) });
    return;
  }
  throw new Error('a projected source of this kind is not supported by this node');
}

/** The user that all containers run as, if they agree. */
function commonUser(pod: Live<Pod>): number | undefined {
  const users = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].map(
    ({ securityContext }) => securityContext?.runAsUser ?? pod.spec?.securityContext?.runAsUser,
  );
  return users.every((user) => user === users[0]) ? users[0] : undefined;
}

async function addConfigMap(files: Files, pod: Live<Pod>, source: ConfigMapProjection, mode: number, { objects }: PayloadSources): Promise<void> {
  const key = { namespace: pod.metadata.namespace ?? '', name: source.name ?? '' };
  const found = await objects.get<ConfigMap>(configMaps, key);
  if (!found && !source.optional) throw new Error(`configmap "${key.name}" not found`);
  const entries = new Map<string, Buffer>();
  for (const [name, text] of Object.entries(found?.data ?? {})) entries.set(name, Buffer.from(text));
  for (const [name, base64] of Object.entries(found?.binaryData ?? {})) entries.set(name, Buffer.from(base64, 'base64'));
  addEntries(files, entries, source.items, mode, source.optional ?? false);
}

async function addSecret(files: Files, pod: Live<Pod>, source: SecretProjection, mode: number, { objects }: PayloadSources): Promise<void> {
  const key = { namespace: pod.metadata.namespace ?? '', name: source.name ?? '' };
  const found = await objects.get<Secret>(secrets, key);
  if (!found && !source.optional) throw new Error(`secret "${key.name}" not found`);
  const entries = new Map(Object.entries(found?.data ?? {}).map(([name, base64]) => [name, Buffer.from(base64, 'base64')]));
  addEntries(files, entries, source.items, mode, source.optional ?? false);
}

function addEntries(
  files: Files,
  entries: ReadonlyMap<string, Buffer>,
  items: readonly KeyToPath[] | undefined,
  mode: number,
  optional: boolean,
): void {
  if (!items?.length) {
    for (const [name, content] of entries) files.set(name, { content, mode });
    return;
  }
  for (const item of items) {
    const content = entries.get(item.key);
    if (content) files.set(item.path, { content, mode: item.mode ?? mode });
    else if (!optional) throw new Error(`references non-existent config key: ${item.key}`);
  }
}

function addDownward(
  files: Files,
  pod: Live<Pod>,
  items: readonly DownwardAPIVolumeFile[] | undefined,
  mode: number,
  { addresses, allocatable }: PayloadSources,
): void {
  for (const item of items ?? []) {
    const text = item.fieldRef
      ? podFieldValue(pod, item.fieldRef.fieldPath, addresses)
      : item.resourceFieldRef
        ? resourceFieldValue(pod, undefined, item.resourceFieldRef, allocatable)
        : '';
    files.set(item.path, { content: Buffer.from(text), mode: item.mode ?? mode });
  }
}
