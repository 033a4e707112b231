import { isObject } from '../../base/json.ts';
import type { Coordinates, PullCredentials, PulledRecord, PullSecret } from './pulled-record.ts';

/** The form of kubelet's records: objects of its configuration's group, as JSON with a line's end. */
const API_VERSION = 'kubelet.config.k8s.io/v1beta1';
const INTENT = 'ImagePullIntent';
const RECORD = 'ImagePulledRecord';

export const intentText = (image: string): string => text({ kind: INTENT, apiVersion: API_VERSION, image });

/** Times are of whole seconds. */
export const recordText = ({ updatedAt, imageRef, credentials }: PulledRecord): string =>
  text({
    kind: RECORD,
    apiVersion: API_VERSION,
    lastUpdatedTime: new Date(updatedAt).toISOString().replace(/\.\d+Z$/, 'Z'),
    imageRef,
    ...(credentials.size > 0
      ? { credentialMapping: Object.fromEntries([...credentials].map(([image, one]) => [image, credentialsEntry(one)])) }
      : {}),
  });

const text = (value: unknown): string => `${JSON.stringify(value)}\n`;

const credentialsEntry = ({ secrets, serviceAccounts, forAllPods }: PullCredentials) => ({
  ...(secrets.length > 0 ? { kubernetesSecrets: secrets } : {}),
  ...(serviceAccounts.length > 0 ? { kubernetesServiceAccounts: serviceAccounts } : {}),
  ...(forAllPods ? { nodePodsAccessible: true } : {}),
});

/** Returns the image that an intent names. @throws Error if the text is not an intent */
export const parseIntent = (text: string): string => textOf(parse(text, INTENT), 'image');

/** @throws Error if the text is not a record: it is then not known who may use the image */
export function parseRecord(text: string): PulledRecord {
  const value = parse(text, RECORD);
  const updatedAt = Date.parse(textOf(value, 'lastUpdatedTime'));
  if (Number.isNaN(updatedAt)) throw new Error('lastUpdatedTime is no time');
  const mapping = objectOf(value.credentialMapping ?? {}, 'credentialMapping');
  return {
    updatedAt,
    imageRef: textOf(value, 'imageRef'),
    credentials: new Map(Object.entries(mapping).map(([image, entry]) => [image, parseCredentials(entry)])),
  };
}

function parseCredentials(entry: unknown): PullCredentials {
  const { kubernetesSecrets = [], kubernetesServiceAccounts = [], nodePodsAccessible = false } = objectOf(entry, 'credentials');
  if (typeof nodePodsAccessible !== 'boolean') throw new Error('nodePodsAccessible is no boolean');
  return {
    secrets: listOf(kubernetesSecrets, 'kubernetesSecrets').map(
      (secret): PullSecret => ({ ...coordinatesOf(secret), credentialHash: textOf(secret, 'credentialHash') }),
    ),
    serviceAccounts: listOf(kubernetesServiceAccounts, 'kubernetesServiceAccounts').map(coordinatesOf),
    forAllPods: nodePodsAccessible,
  };
}

const coordinatesOf = (value: Record<string, unknown>): Coordinates => ({
  uid: textOf(value, 'uid'),
  namespace: textOf(value, 'namespace'),
  name: textOf(value, 'name'),
});

function parse(text: string, kind: string): Record<string, unknown> {
  const value = objectOf(JSON.parse(text), 'record');
  if (value.kind !== kind || value.apiVersion !== API_VERSION) throw new Error(`no ${kind} of ${API_VERSION}`);
  return value;
}

function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (!isObject(value)) throw new Error(`${what} is no object`);
  return value;
}

function listOf(value: unknown, what: string): readonly Record<string, unknown>[] {
  if (!Array.isArray(value)) throw new Error(`${what} is no list`);
  return value.map((item: unknown) => objectOf(item, what));
}

function textOf(value: Record<string, unknown>, field: string): string {
  const found = value[field];
  if (typeof found !== 'string') throw new Error(`${field} is no text`);
  return found;
}
