import type { PodObservation } from '../contract/observation.ts';
import { NOTHING_OBSERVED, newestFirst } from '../contract/observation.ts';
import type { ContainerRuntime, ContainerSummary, RuntimeContainer, Sandbox, SandboxSummary } from '../contract/runtime.ts';
import type { RuntimeCache } from '../contract/runtime-cache.ts';
import { LABEL } from '../contract/runtime-labels.ts';

/**
 * Makes the cache over a runtime. Work is in proportion to what changed: our own operations and exits refresh single items, and a relist
 * fetches the statuses of those items only that differ from the list.
 *
 * @param onChange called with the UID of each pod whose observation changed.
 */
export function createRuntimeCache(runtime: ContainerRuntime, onChange: (podUid: string) => void): RuntimeCache {
  const sandboxes = new Map<string, Sandbox>();
  const containers = new Map<string, RuntimeContainer>();
  const pods = new Map<string, Set<string>>();
  const observations = new Map<string, PodObservation>();
  /** Raised by every refresh, so that a list that was under way does not undo what came after its start. */
  let operations = 0;
  const touched = new Map<string, number>();

  const uidOf = (id: string): string | undefined => sandboxes.get(id)?.podUid ?? containers.get(id)?.labels[LABEL.podUid];
  const changed = (uid: string) => {
    observations.delete(uid);
    onChange(uid);
  };
  const forget = (id: string) => {
    const uid = uidOf(id);
    if (uid === undefined) return;
    sandboxes.delete(id);
    containers.delete(id);
    const ids = pods.get(uid);
    ids?.delete(id);
    if (ids?.size === 0) pods.delete(uid);
    changed(uid);
  };
  const remember = (id: string, uid: string) => {
    let ids = pods.get(uid);
    if (!ids) {
      ids = new Set();
      pods.set(uid, ids);
    }
    ids.add(id);
    changed(uid);
  };
  const refreshSandbox = async (id: string) => {
    touched.set(id, ++operations);
    const sandbox = await runtime.sandbox(id);
    if (!sandbox) forget(id);
    else if (!same(sandboxes.get(id), sandbox)) {
      sandboxes.set(id, sandbox);
      remember(id, sandbox.podUid);
    }
    return sandbox;
  };
  const refreshContainer = async (id: string) => {
    touched.set(id, ++operations);
    const container = await runtime.container(id);
    if (!container) forget(id);
    else if (!same(containers.get(id), container)) {
      containers.set(id, container);
      remember(id, container.labels[LABEL.podUid] ?? '');
    }
    return container;
  };

  return {
    of(uid) {
      const known = observations.get(uid);
      if (known) return known;
      const ids = pods.get(uid);
      if (!ids) return NOTHING_OBSERVED;
      const pick = <T>(from: ReadonlyMap<string, T>): T[] => [...ids].flatMap((id) => from.get(id) ?? []);
      const observation = { sandboxes: newestFirst(pick(sandboxes)), containers: newestFirst(pick(containers)) };
      observations.set(uid, observation);
      return observation;
    },
    podUids: () => [...pods.keys()],
    owner: uidOf,
    refreshSandbox,
    refreshContainer,
    async relist() {
      const start = operations;
      const [allSandboxes, allContainers] = await Promise.all([runtime.listSandboxes(), runtime.listContainers()]);
      const untouched = (id: string) => (touched.get(id) ?? 0) <= start;
      const listed = new Set([...allSandboxes, ...allContainers].map(({ id }) => id));
      for (const id of [...sandboxes.keys(), ...containers.keys()]) if (!listed.has(id) && untouched(id)) forget(id);
      const staleSandboxes = allSandboxes.filter((summary) => untouched(summary.id) && differs(summary, sandboxes.get(summary.id)));
      const staleContainers = allContainers.filter((summary) => untouched(summary.id) && stateDiffers(summary, containers.get(summary.id)));
      await Promise.all([...staleSandboxes.map(({ id }) => refreshSandbox(id)), ...staleContainers.map(({ id }) => refreshContainer(id))]);
      for (const id of touched.keys()) if (!sandboxes.has(id) && !containers.has(id)) touched.delete(id);
    },
  };
}

const differs = (summary: SandboxSummary, known: Sandbox | undefined): boolean => !known || known.ready !== summary.ready;
const stateDiffers = (summary: ContainerSummary, known: RuntimeContainer | undefined): boolean => !known || known.state !== summary.state;
/** Statuses are small, flat records that were built by one function: their JSON tells whether they are equal. */
const same = (a: object | undefined, b: object): boolean => a !== undefined && JSON.stringify(a) === JSON.stringify(b);
