import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { watched } from '../../../runtime/control/watched.ts';
import type { Result } from '../../../runtime/queue/result.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';
import { claimNames, podsOfClaim } from '../../_shared/pods-by-claim.ts';
import type { Performer, Told } from './perform.ts';
import { attach, awaitAttacher, confirm, detach, refuse, report } from './perform.ts';
import type { AttachAction, ObservedNode } from './plan.ts';
import { planNode } from './plan.ts';
import type { AttachDetachKinds, AttachDetachSources } from './sources.ts';
import { isOver, observeNode, sourcesOf, usersOf, volumesOfDriver } from './sources.ts';

const nodeKeys = (pods: readonly Live<Pod>[]): readonly ObjectKey[] =>
  [...new Set(pods.flatMap(({ spec }) => (spec?.nodeName ? [spec.nodeName] : [])))].map((name) => ({ namespace: '', name }));
const nodeOf = (pod: Live<Pod>): readonly ObjectKey[] => (claimNames(pod).length > 0 ? nodeKeys([pod]) : []);

/** A node has moved on in a way that attaching and detaching depend on. */
const hasMoved = ({ metadata, spec, status }: Live<Node>, old: Live<Node>): boolean =>
  !semanticallyEqual(status?.volumesInUse, old.status?.volumesInUse) ||
  !semanticallyEqual(status?.volumesAttached, old.status?.volumesAttached) ||
  !semanticallyEqual(spec?.taints, old.spec?.taints) ||
  !semanticallyEqual(metadata.annotations, old.metadata.annotations) ||
  isReady(status) !== isReady(old.status);
const isReady = (status: Node['status']) => status?.conditions?.find(({ type }) => type === 'Ready')?.status;
const hasVolumes = ({ status }: Live<Node>): boolean => (status?.volumesAttached?.length ?? 0) + (status?.volumesInUse?.length ?? 0) > 0;

/**
 * Attaches the volumes of pods to the pods' nodes, and detaches what no pod wants, by VolumeAttachments that the attachers of CSI drivers act on
 * (pkg/controller/volume/attachdetach). Its keys are nodes.
 */
export function attachDetachController(kinds: AttachDetachKinds): ControllerDefinition {
  return {
    name: 'persistentvolume-attach-detach-controller',
    component: 'attachdetach-controller',
    concurrency: 10,
    setup(env) {
      const sources = sourcesOf(env, kinds);
      const { pods, volumes } = sources;
      /** Monotonic milliseconds since which each volume of a node is not wanted. */
      const unwanted = new Map<string, Map<string, number>>();
      const performer: Performer = { env, kinds, told: createTold() };
      const csiUsers = (volume: Live<PersistentVolume>) => (volume.spec?.csi ? nodeKeys(usersOf(sources, volume)) : []);
      return {
        watches: [
          watched(kinds.pods, {
            when: { create: true, update: (pod, old) => pod.spec?.nodeName !== old.spec?.nodeName || isOver(pod) !== isOver(old), delete: true },
            map: nodeOf,
            moved: (pod, old) => pod.metadata.uid !== old.metadata.uid,
          }),
          watched(kinds.nodes, { when: { create: hasVolumes, update: hasMoved, delete: hasVolumes }, map: keyOf, moved: () => false }),
          watched(kinds.persistentVolumes, { map: csiUsers, moved: () => false }),
          watched(kinds.persistentVolumeClaims, { map: (claim) => nodeKeys(podsOfClaim(pods, keyOf(claim))), moved: () => false }),
          watched(kinds.csiDrivers, {
            map: ({ metadata }) => nodeKeys(volumesOfDriver(sources, metadata.name).flatMap((volume) => usersOf(sources, volume))),
            moved: () => false,
          }),
          watched(kinds.volumeAttachments, {
            map: ({ spec }) => {
              const volume = volumes.get({ namespace: '', name: spec.source.persistentVolumeName ?? '' });
              // Other nodes may wait for the volume.
              return [{ namespace: '', name: spec.nodeName }, ...(volume ? csiUsers(volume) : [])];
            },
            moved: () => false,
          }),
        ],
        reconcile: (key) => reconcileNode(key.name, sources, performer, unwanted),
      };
    },
  };
}

/** Puts what was told last into a map per node. */
function createTold(): Told {
  const nodes = new Map<string, Map<string, string>>();
  return {
    isNew(node, volume, text) {
      const ofNode = nodes.get(node) ?? new Map<string, string>();
      const isNew = ofNode.get(volume) !== text;
      nodes.set(node, ofNode.set(volume, text));
      return isNew;
    },
    forget: (node, volume) => void nodes.get(node)?.delete(volume),
    keep(node, volumes) {
      const ofNode = nodes.get(node);
      if (!ofNode) return;
      for (const volume of ofNode.keys()) if (!volumes.has(volume)) ofNode.delete(volume);
      if (ofNode.size === 0) nodes.delete(node);
    },
  };
}

async function reconcileNode(
  name: string,
  sources: AttachDetachSources,
  performer: Performer,
  unwanted: Map<string, Map<string, number>>,
): Promise<Result> {
  const { clock } = performer.env;
  const now = clock.monotonic();
  const since = unwanted.get(name) ?? new Map<string, number>();
  const observed = observeNode(sources, name, (volume) => now - (since.get(volume) ?? now));
  keepTimes(observed, since, now);
  if (since.size > 0) unwanted.set(name, since);
  else unwanted.delete(name);

  performer.told.keep(name, observed.wanted);
  const plan = planNode(observed);
  const waits: number[] = [];
  const node = sources.nodes.get({ namespace: '', name });
  const told = new Set((node?.status?.volumesAttached ?? []).map((attached) => attached.name));
  // A node is told that it loses a volume before it does.
  if (node) await report(performer, node, attachedVolumes(observed, plan));
  for (const action of plan) {
    if (action.do === 'confirm' && !told.has(action.name)) confirm(performer, name, action);
    const wait = await perform(performer, name, action);
    if (wait !== undefined) waits.push(wait);
  }
  return waits.length > 0 ? { requeueAfterMs: Math.min(...waits) } : DONE;
}

/** Remembers since when volumes are not wanted, and forgets the times of those that are, or are gone. */
function keepTimes({ wanted, attachments }: ObservedNode, since: Map<string, number>, now: number): void {
  for (const volume of since.keys()) if (wanted.has(volume) || !attachments.has(volume)) since.delete(volume);
  for (const volume of attachments.keys()) if (!wanted.has(volume) && !since.has(volume)) since.set(volume, now);
}

/** Returns the volumes that the node may mount: those that are attached and are to stay so. */
function attachedVolumes({ attachments }: ObservedNode, plan: readonly AttachAction[]): readonly string[] {
  const leaving = new Set(plan.flatMap((action) => (action.do === 'detach' ? [action.name] : [])));
  return [...attachments]
    .filter(([name, { metadata, status }]) => status?.attached === true && metadata.deletionTimestamp === undefined && !leaving.has(name))
    .map(([name]) => name)
    .sort();
}

/** A detachment that the node's newest status forbids is looked at again. */
const RECHECK_MS = 1_000;

/** Performs one action. Returns the time after which the node is to be looked at again, if it is. Milliseconds. */
async function perform(performer: Performer, node: string, action: AttachAction): Promise<number | undefined> {
  switch (action.do) {
    case 'attach':
      await attach(performer, node, action);
      return undefined;
    case 'refuse':
      refuse(performer, node, action);
      return undefined;
    case 'await':
      return awaitAttacher(performer, node, action);
    case 'confirm':
      return undefined;
    case 'detach':
      performer.told.forget(node, action.name);
      return (await detach(performer, node, action)) ? undefined : RECHECK_MS;
    case 'hold':
      return action.retryMs;
  }
}
