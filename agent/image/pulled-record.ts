/** The coordinates of an object, by which it is the same one. */
export interface Coordinates {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
}

/** A Secret with the hash of the credentials in it that an image was pulled with. */
export interface PullSecret extends Coordinates {
  readonly credentialHash: string;
}

/** The credentials that one repository of an image was pulled with. With neither Secrets nor accounts nor access for all, none is known. */
export interface PullCredentials {
  readonly secrets: readonly PullSecret[];
  /** Service accounts with whose tokens credential providers got the credentials. */
  readonly serviceAccounts: readonly Coordinates[];
  /** The image was pulled without credentials of a pod: all pods may use it. */
  readonly forAllPods: boolean;
}

/** An image that the agent has pulled. Its existence alone makes the image one that is verified. */
export interface PulledRecord {
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
  /** The id that the runtime gives the image. */
  readonly imageRef: string;
  /** By the name of the image in pods, without tag and digest: two registries may hold the same image. */
  readonly credentials: ReadonlyMap<string, PullCredentials>;
}

export const FOR_ALL_PODS: PullCredentials = { secrets: [], serviceAccounts: [], forAllPods: true };

export const ofSecret = (secret: PullSecret): PullCredentials => ({ secrets: [secret], serviceAccounts: [], forAllPods: false });
export const ofServiceAccount = (account: Coordinates): PullCredentials => ({ secrets: [], serviceAccounts: [account], forAllPods: false });

/** The credentials of a pod for an image, by their sources. */
export interface PodHoldings {
  readonly secrets: readonly PullSecret[];
  readonly serviceAccounts: readonly Coordinates[];
}

/**
 * Adds the credentials that an image was pulled with to its record, as kubelet merges them: access for all pods takes the place of Secrets
 * and service accounts, and a Secret has one hash. Credentials are undefined if they are unknown. Returns undefined if the record stays as it is.
 */
export function withCredentials(
  record: PulledRecord | undefined,
  imageRef: string,
  repository: string,
  credentials: PullCredentials | undefined,
  now: number,
): PulledRecord | undefined {
  if (!credentials) return record ? undefined : { updatedAt: now, imageRef, credentials: new Map() };
  const merged = mergedCredentials(record?.credentials.get(repository), credentials);
  return merged && { updatedAt: now, imageRef, credentials: new Map(record?.credentials).set(repository, merged) };
}

function mergedCredentials(known: PullCredentials | undefined, added: PullCredentials): PullCredentials | undefined {
  if (!known) return added;
  if (known.forAllPods) return undefined;
  if (added.forAllPods) return FOR_ALL_PODS;
  const secrets = mergedSecrets(known.secrets, added.secrets);
  const serviceAccounts = mergedAccounts(known.serviceAccounts, added.serviceAccounts);
  return secrets || serviceAccounts ? { ...known, ...(secrets && { secrets }), ...(serviceAccounts && { serviceAccounts }) } : undefined;
}

function mergedSecrets(known: readonly PullSecret[], added: readonly PullSecret[]): readonly PullSecret[] | undefined {
  const secrets = [...known];
  for (const secret of added) {
    const place = secrets.findIndex((other) => isSame(other, secret));
    if (place < 0) secrets.push(secret);
    else if (secrets[place]?.credentialHash !== secret.credentialHash) secrets[place] = secret;
  }
  const changed = secrets.length !== known.length || secrets.some((secret, i) => secret !== known[i]);
  return changed ? secrets.sort(byCoordinates) : undefined;
}

function mergedAccounts(known: readonly Coordinates[], added: readonly Coordinates[]): readonly Coordinates[] | undefined {
  const others = added.filter((account) => !known.some((other) => isSame(other, account)));
  return others.length > 0 ? [...known, ...others].sort(byCoordinates) : undefined;
}

/** `learned`: the Secret by which the pod has access is not in the record in this form. */
export type Access = { readonly granted: false } | { readonly granted: true; readonly learned?: PullSecret };

/** The number of Secrets from which on a record learns no more of them by comparison, as kubelet's. */
const MAX_LEARNED = 100;

/** Decides whether a pod with these credentials has access to an image that was pulled with the recorded ones. */
export function accessTo(recorded: PullCredentials, { secrets, serviceAccounts }: PodHoldings): Access {
  if (recorded.forAllPods) return { granted: true };
  const mayLearn = recorded.secrets.length < MAX_LEARNED;
  for (const secret of secrets) {
    for (const known of recorded.secrets) {
      const isHash = known.credentialHash !== '' && known.credentialHash === secret.credentialHash;
      const isSecret = isSame(known, secret);
      if (isHash) return isSecret || !mayLearn ? { granted: true } : { granted: true, learned: secret };
      // The Secret was changed: whoever may change it may use the image.
      if (isSecret && mayLearn) return { granted: true, learned: secret };
    }
  }
  // One account per pod counts, as kubelet has it.
  const [account] = serviceAccounts;
  return { granted: account !== undefined && recorded.serviceAccounts.some((known) => isSame(known, account)) };
}

const isSame = (a: Coordinates, b: Coordinates): boolean => a.uid === b.uid && a.namespace === b.namespace && a.name === b.name;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byCoordinates = (a: Coordinates, b: Coordinates): number =>
  compare(a.namespace, b.namespace) || compare(a.name, b.name) || compare(a.uid, b.uid);
