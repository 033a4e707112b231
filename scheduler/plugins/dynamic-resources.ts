import type { ResourceClaim } from '../../api/kinds/resource/resource-claim.ts';
import { semanticEqual } from '../../base/equality.ts';
import type { Steps } from '../../base/steps.ts';
import { inTurns } from '../../base/steps.ts';
import type { PluginArguments } from '../config/plugin-arguments.ts';
import type { DeviceView } from '../state/device-view.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { PodInfo } from '../state/pod-info.ts';
import { nodeChange } from './cluster-event.ts';
import type { Filter, Rejection, Score } from './plugin.ts';
import { normalizeByMax } from './plugin.ts';
import type { NodeDevices, PodDevices } from './pod-devices.ts';
import { claimsOfPod, podDevicesOf, usesDevices } from './pod-devices.ts';

/** Upstream's plugin DynamicResources: devices for the claims of pods. */
export interface DynamicResources {
  readonly filter: Filter;
  readonly score: Score;
  /** PreEnqueue: whether a claim of the pod does not exist yet, or CEL is still being loaded. */
  isGated(pod: PodInfo): boolean;
  /** The claims of a pod as the decision under way sees them; undefined if it has none. */
  devicesOf(pod: PodInfo): PodDevices | undefined;
  /** The devices that the pod gets on a node which the filter has let through. @throws Error if there are none any more */
  devicesOn(pod: PodInfo, node: NodeInfo): NodeDevices | undefined;
  /** Drops what searches for the pod have found: its decision is taken. */
  forget(podUid: string): void;
}

/** A search on one node takes long. It goes on in turns with other work; then the pod is tried again. */
export class LongSearch extends Error {
  /** Resolves when the search has ended, with whatever result. @throws Error in upstream's words if it takes too long, or a claim is at fault */
  readonly finish: (signal: AbortSignal) => Promise<void>;
  constructor(finish: LongSearch['finish']) {
    super('the search for devices takes long');
    this.finish = finish;
  }
}

/** The time that the searches of one decision may take before they go on in turns. */
const DECISION_MS = 5;

export function createDynamicResources(
  view: DeviceView,
  { filterTimeoutMs, bindingTimeoutMs }: PluginArguments['DynamicResources'],
): DynamicResources {
  const { clock } = view;
  let latest: Decision | undefined;
  /** Decisions with a long search, by the UIDs of their pods, and when the search on each node has to end. */
  const paused = new Map<string, { decision: Decision; readonly deadlines: Map<string, number> }>();

  const decisionOn = (pod: PodInfo): Decision => {
    const known = latest?.pod === pod.pod ? latest : paused.get(pod.uid)?.decision;
    if (known?.version === view.version && known.pod === pod.pod) {
      latest = known;
      return known;
    }
    latest = { pod: pod.pod, version: view.version, devices: podDevicesOf(pod, { view, bindingTimeoutMs }), spentMs: 0 };
    return latest;
  };
  const devicesOf = (pod: PodInfo): PodDevices | undefined => (usesDevices(pod, view) ? decisionOn(pod).devices : undefined);
  const search = (pod: PodInfo, devices: PodDevices, node: NodeInfo): NodeDevices | Rejection => {
    const known = devices.known(node);
    if (known) return known;
    const decision = decisionOn(pod);
    const steps = devices.onNode(node);
    const begun = clock.monotonic() - decision.spentMs;
    while (decision.spentMs < DECISION_MS) {
      const step = steps.next();
      decision.spentMs = clock.monotonic() - begun;
      if (step.done) return step.value;
    }
    throw new LongSearch((signal) => continueSearch(steps, decision, deadlineOf(pod, decision, node.name), signal));
  };
  const deadlineOf = ({ uid }: PodInfo, decision: Decision, node: string) => {
    const { deadlines } = paused.get(uid) ?? { deadlines: new Map<string, number>() };
    paused.set(uid, { decision, deadlines });
    for (const oldest of paused.keys()) if (paused.size > MOST_PAUSED) paused.delete(oldest);
    const deadline = deadlines.get(node) ?? (filterTimeoutMs === 0 ? Number.POSITIVE_INFINITY : clock.monotonic() + filterTimeoutMs);
    deadlines.set(node, deadline);
    return { node, deadline };
  };
  /** Ends early if something changes: the search has to begin anew. */
  const continueSearch = async (
    steps: Steps<NodeDevices | Rejection>,
    decision: Decision,
    { node, deadline }: { readonly node: string; readonly deadline: number },
    signal: AbortSignal,
  ): Promise<void> => {
    decision.spentMs = 0;
    function* whileValid(): Steps<void> {
      do {
        if (clock.monotonic() >= deadline) throw new Error(`node ${node}: timed out trying to allocate devices`);
        yield;
      } while (decision.version === view.version && !signal.aborted && !steps.next().done);
    }
    try {
      await inTurns(whileValid(), clock);
    } catch (error) {
      paused.delete(decision.pod.metadata.uid);
      throw filterError(error);
    }
  };

  return {
    filter: {
      name: 'DynamicResources',
      refuse: (pod) => devicesOf(pod)?.refusal,
      prepare(pod) {
        const devices = devicesOf(pod);
        if (!devices) return undefined;
        return (node) => {
          try {
            const outcome = search(pod, devices, node);
            return 'reasons' in outcome ? outcome : undefined;
          } catch (error) {
            throw error instanceof LongSearch ? error : filterError(error);
          }
        };
      },
      events: [
        'NodeAdd',
        'NodeUpdate',
        'ResourceClaimAdd',
        'ResourceClaimUpdate',
        'DeviceClassAdd',
        'DeviceClassUpdate',
        'ResourceSliceAdd',
        'ResourceSliceUpdate',
      ],
      hint(event, { pod }) {
        switch (event.name) {
          case 'ResourceClaimAdd':
          case 'ResourceClaimUpdate': {
            const claims = claimsOfPod(pod, view);
            if (typeof claims === 'string') return false;
            const { claim, old } = event;
            if (old?.status?.allocation && !claim.status?.allocation) return true;
            return claims.some(({ metadata }) => metadata.uid === claim.metadata.uid) && !(old && semanticEqual(old.status, claim.status));
          }
          case 'NodeAdd':
          case 'NodeUpdate':
            return nodeChange(event, 'labels', 'allocatable') !== undefined;
          default:
            return true;
        }
      },
    },
    score: {
      name: 'DynamicResources',
      prepare(pod) {
        const devices = devicesOf(pod);
        if (!devices?.claims.some(hasAlternatives)) return undefined;
        return (node) => {
          const outcome = search(pod, devices, node);
          return 'reasons' in outcome ? 0 : scoreOf(devices, outcome);
        };
      },
      normalize: (scores) => normalizeByMax(scores, false),
    },
    isGated: ({ pod }) => (pod.spec?.resourceClaims?.length ?? 0) > 0 && (view.isLoading || typeof claimsOfPod(pod, view) === 'string'),
    devicesOf,
    devicesOn(pod, node) {
      const devices = devicesOf(pod);
      const outcome = devices && search(pod, devices, node);
      if (outcome && 'reasons' in outcome) throw new Error('claim allocation not found for node');
      return outcome;
    },
    forget: (uid) => void paused.delete(uid),
  };
}

/** Pods may vanish during a search. */
const MOST_PAUSED = 100;

/** The devices of a pod, as they are found while nothing changes. */
interface Decision {
  readonly pod: PodInfo['pod'];
  readonly version: number;
  readonly devices: PodDevices | undefined;
  /** The time that searches have taken at one go. */
  spentMs: number;
}

const filterError = (error: unknown): Error =>
  new Error(`running "DynamicResources" filter plugin: ${error instanceof Error ? error.message : String(error)}`);

const hasAlternatives = ({ spec }: ResourceClaim): boolean => spec.devices?.requests?.some(({ firstAvailable }) => firstAvailable?.length) ?? false;

/** The most alternatives of a request. */
const MAX_ALTERNATIVES = 8;

/** The better the alternatives are that the claims get, the higher the score (DRAPrioritizedList). */
function scoreOf({ claims }: PodDevices, { allocations }: NodeDevices): number {
  let score = 0;
  for (const claim of claims) {
    const allocation = claim.status?.allocation ?? allocations.find((each) => each.claim === claim)?.allocation;
    const chosen = new Set(allocation?.devices?.results?.map(({ request }) => request));
    for (const { name, firstAvailable = [] } of claim.spec.devices?.requests ?? []) {
      const index = firstAvailable.findIndex((alternative) => chosen.has(`${name}/${alternative.name}`));
      if (index >= 0) score += MAX_ALTERNATIVES - index;
    }
  }
  return score;
}
