import type { Lines } from '../volume/lines.ts';
import { createLines } from '../volume/lines.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { ClaimState } from './claim-state.ts';

/** The claims that this node's drivers know, by namespace and name, kept in a file from one agent to the next. */
export interface ClaimRecords {
  get(namespace: string, name: string): ClaimState | undefined;
  all(): Iterable<ClaimState>;
  /** The claims that a pod uses. */
  ofPod(podUid: string): readonly ClaimState[];
  /** UIDs of the pods that use claims. */
  podUids(): Iterable<string>;
  add(claim: ClaimState): void;
  remove(claim: ClaimState): void;
  addPod(claim: ClaimState, podUid: string): void;
  removePod(claim: ClaimState, podUid: string): void;
  /** Resolves once the claims are on disk as they are now. @throws Error in kubelet's words */
  save(): Promise<void>;
  /** Runs `work` while no other work on any of the claims runs. */
  exclusively<T>(claims: readonly Pick<ClaimState, 'namespace' | 'name'>[], work: () => Promise<T>): Promise<T>;
}

/** @throws Error if the file cannot be read */
export async function openClaimRecords(path: string): Promise<ClaimRecords> {
  const claims = new Map<string, ClaimState>();
  const byPod = new Map<string, Set<ClaimState>>();
  const lines: Lines = createLines();
  const writing: Lines = createLines();

  const addPod = (claim: ClaimState, podUid: string): void => {
    claim.podUids.add(podUid);
    byPod.set(podUid, (byPod.get(podUid) ?? new Set<ClaimState>()).add(claim));
  };
  const removePod = (claim: ClaimState, podUid: string): void => {
    claim.podUids.delete(podUid);
    const ofPod = byPod.get(podUid);
    ofPod?.delete(claim);
    if (ofPod?.size === 0) byPod.delete(podUid);
  };
  const add = (claim: ClaimState): void => {
    claims.set(keyOf(claim), claim);
    for (const uid of claim.podUids) addPod(claim, uid);
  };
  for (const claim of await readCheckpoint(path)) add(claim);

  return {
    get: (namespace, name) => claims.get(keyOf({ namespace, name })),
    all: () => claims.values(),
    ofPod: (podUid) => [...(byPod.get(podUid) ?? [])],
    podUids: () => byPod.keys(),
    add,
    remove(claim) {
      claims.delete(keyOf(claim));
      for (const uid of [...claim.podUids]) removePod(claim, uid);
    },
    addPod,
    removePod,
    save: () =>
      writing
        .inLine(path, () => writeCheckpoint(path, [...claims.values()]))
        .catch((error: unknown) => {
          throw new Error(`checkpoint ResourceClaim state: ${error instanceof Error ? error.message : String(error)}`);
        }),
    exclusively(wanted, work) {
      // In one order for all, so that no two wait for each other.
      const keys = [...new Set(wanted.map(keyOf))].sort();
      return keys.reduceRight((inner, key) => () => lines.inLine(key, inner), work)();
    },
  };
}

const keyOf = ({ namespace, name }: Pick<ClaimState, 'namespace' | 'name'>): string => `${namespace}/${name}`;
