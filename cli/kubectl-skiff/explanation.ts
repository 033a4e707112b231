import { humanDuration } from '../../api/columns/human-duration.ts';
import type { Event } from '../../api/kinds/core/event.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { conditionOf } from '../../controllers/_shared/conditions.ts';
import type { Target } from './workload.ts';
import { nameOf } from './workload.ts';

/** A part of an explanation: a line, and what it is due to. */
export interface Explanation {
  readonly text: string;
  readonly causes: readonly Explanation[];
}

/** Observed state that an explanation is drawn from. */
export interface Scene {
  readonly target: Target;
  /** The ReplicaSets of the target, any of which may be the cause. A Service's slices are not among them. */
  readonly parts: readonly Scene[];
  readonly pods: readonly Live<Pod>[];
  /** For a Service: addresses that are ready, and addresses in all. */
  readonly endpoints?: { readonly ready: number; readonly all: number };
  /** Warnings about any object of the namespace. */
  readonly warnings: readonly Live<Event>[];
  readonly now: number;
}

const leaf = (text: string): Explanation => ({ text, causes: [] });
const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
const isReady = ({ status }: Live<Pod>): boolean => conditionOf(status?.conditions, 'Ready')?.status === 'True';

/** Explains from conditions, pods and events why an object is not as its spec says; if it is, says so. */
export function explain(scene: Scene): Explanation {
  const { target, parts } = scene;
  const { text, isWell } = verdict(scene);
  const title = `${nameOf(target.kind, target.object.metadata.name)}: ${text}`;
  const own = [...stateCauses(scene), ...conditionCauses(scene)];
  if (isWell && own.length === 0) return leaf(title);
  const inner = parts.map(explain).filter(({ causes }) => causes.length > 0);
  return { text: title, causes: [...own, ...podCauses(scene), ...inner, ...warningCauses(scene, target.object.metadata.uid)] };
}

function verdict({ target, pods, endpoints }: Scene): { readonly text: string; readonly isWell: boolean } {
  const { kind, object } = target;
  const { spec, status = {} } = object;
  const of = (have: number, want: number, noun: string, state: string) => ({
    text: `${have} of ${count(want, noun)} ${state}`,
    isWell: have >= want,
  });
  switch (kind.kind) {
    case 'Pod': {
      const well = pods.every(isReady);
      return { text: well ? 'ready' : `not ready (${pods[0]?.status?.phase ?? 'unknown'})`, isWell: well };
    }
    case 'Deployment': {
      const want = spec?.replicas ?? 1;
      const { updatedReplicas = 0, availableReplicas = 0, replicas = 0 } = status;
      const available = of(availableReplicas, want, 'replica', 'available');
      if (!available.isWell || (updatedReplicas >= want && replicas <= updatedReplicas)) return available;
      return { text: `${available.text}, ${updatedReplicas} of them up to date`, isWell: false };
    }
    case 'DaemonSet':
      return of(status.numberAvailable ?? 0, status.desiredNumberScheduled ?? 0, 'pod', 'available');
    case 'Service':
      if (spec?.type === 'ExternalName') return { text: 'an alias of another name', isWell: true };
      return { text: `${endpoints?.ready ?? 0} of ${count(endpoints?.all ?? 0, 'endpoint')} ready`, isWell: (endpoints?.ready ?? 0) > 0 };
    case 'ResourceQuota':
      return { text: count(Object.keys(status.hard ?? {}).length, 'limit'), isWell: true };
    default:
      return of(status.readyReplicas ?? 0, spec?.replicas ?? 1, 'pod', 'ready');
  }
}

/** The reasons that the object itself tells: it is going, it is held back, nobody has looked at it. */
function stateCauses({ target, pods, endpoints, now }: Scene): Explanation[] {
  const { kind, object } = target;
  const { metadata, spec, status = {} } = object;
  const causes: Explanation[] = [];
  if (metadata.deletionTimestamp) {
    const since = humanDuration(now - Date.parse(metadata.deletionTimestamp));
    const finalizers = metadata.finalizers?.length ? `; finalizers that must go first: ${metadata.finalizers.join(', ')}` : '';
    causes.push(leaf(`is being deleted since ${since}${finalizers}`));
  }
  if (spec?.paused) causes.push(leaf(`the rollout is paused: kubectl skiff rollout resume ${nameOf(kind, metadata.name)}`));
  const isReconciled = spec?.template !== undefined;
  if (isReconciled && (metadata.generation ?? 0) > (status.observedGeneration ?? 0)) {
    const who = kind.group === 'skiff.dev' ? "skiff's controllers" : 'the cluster’s controllers';
    causes.push(leaf(`the latest change (generation ${metadata.generation}) has not been observed: do ${who} run?`));
  }
  if (kind.kind === 'Service' && spec?.type !== 'ExternalName' && (endpoints?.ready ?? 0) === 0) causes.push(serviceCause(target, pods));
  if (kind.kind === 'ResourceQuota') {
    for (const [name, hard] of Object.entries(status.hard ?? {})) {
      if (status.used?.[name] === hard) causes.push(leaf(`${name} is used up: ${hard} of ${hard}`));
    }
  }
  return causes;
}

function serviceCause({ object }: Target, pods: readonly Live<Pod>[]): Explanation {
  const labels = Object.entries(object.spec?.selector ?? {}).map(([key, value]) => `${key}=${value}`);
  if (labels.length === 0) return leaf('it has no selector: its endpoints are kept by others');
  return leaf(
    pods.length === 0
      ? `no pod has the labels ${labels.join(',')}`
      : `${count(pods.length, 'pod')} with the labels ${labels.join(',')}, none of them ready`,
  );
}

/** Conditions that tell of trouble: a failure that holds, or a state that ought to hold and does not. */
function conditionCauses({ target, pods }: Scene): Explanation[] {
  const { kind, object } = target;
  if (kind.kind === 'Pod') return [];
  const hasTrouble = ({ type, status }: { type: string; status: string }) =>
    /Failure$|Failed$|Degraded$/.test(type) ? status === 'True' : status === 'False';
  return (object.status?.conditions ?? [])
    .filter(hasTrouble)
    .filter(({ type }) => type !== 'Available' || pods.length > 0 || kind.kind !== 'Deployment')
    .map(({ type, status, reason, message }) => leaf(`${type}=${status}${reason ? ` ${reason}` : ''}${message ? `: ${message}` : ''}`));
}

/** Groups pods by what ails them: a hundred pods with one fault are one line. */
function podCauses(scene: Scene): Explanation[] {
  const groups = new Map<string, Live<Pod>[]>();
  for (const pod of scene.pods) {
    if (isReady(pod) && !pod.metadata.deletionTimestamp) continue;
    const text = podTrouble(pod, scene.now);
    groups.set(text, [...(groups.get(text) ?? []), pod]);
  }
  return [...groups].map(([text, pods]) => {
    const [first] = pods;
    const others = pods.length > 1 ? ` and ${count(pods.length - 1, 'other')}` : '';
    return { text: `pod/${first?.metadata.name}${others}: ${text}`, causes: first ? warningCauses(scene, first.metadata.uid) : [] };
  });
}

function podTrouble({ metadata, spec, status }: Live<Pod>, now: number): string {
  if (metadata.deletionTimestamp) return `terminating since ${humanDuration(now - Date.parse(metadata.deletionTimestamp))}`;
  if (status?.phase === 'Succeeded') return 'has ended with success, and does not serve';
  if (status?.phase === 'Failed') return `failed${status.reason ? ` (${status.reason})` : ''}${status.message ? `: ${status.message}` : ''}`;
  const scheduled = conditionOf(status?.conditions, 'PodScheduled');
  if (scheduled?.status === 'False') return `not scheduled: ${scheduled.message ?? scheduled.reason ?? 'no reason is given'}`;
  if (!spec?.nodeName) return 'not scheduled, and no scheduler has looked at it';
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const troubles = statuses.flatMap(({ name, state, ready, restartCount = 0, lastState }) => {
    const restarts = restartCount > 0 ? `, restarted ${count(restartCount, 'time')}` : '';
    if (state?.waiting) {
      const last = lastState?.terminated
        ? `; it last ended with exit code ${lastState.terminated.exitCode} (${lastState.terminated.reason ?? 'no reason'})`
        : '';
      return [`container ${name} waits: ${state.waiting.reason ?? ''}${state.waiting.message ? `: ${state.waiting.message}` : ''}${last}${restarts}`];
    }
    if (state?.terminated && state.terminated.exitCode !== 0)
      return [`container ${name} ended with exit code ${state.terminated.exitCode} (${state.terminated.reason ?? 'no reason'})${restarts}`];
    if (state?.running && !ready) return [`container ${name} runs but is not ready${restarts}`];
    return [];
  });
  if (troubles.length > 0) return troubles.join('; ');
  return statuses.length === 0 ? `waits for node ${spec.nodeName} to start it` : 'not ready';
}

/** The newest warnings about an object, at most three reasons. */
function warningCauses({ warnings, now }: Scene, uid: string | undefined): Explanation[] {
  const newest = new Map<string, Live<Event>>();
  const timeOf = ({ series, lastTimestamp, eventTime, metadata }: Live<Event>) =>
    Date.parse(series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '') || 0;
  for (const event of [...warnings].sort((a, b) => timeOf(a) - timeOf(b)))
    if (event.involvedObject.uid === uid) newest.set(event.reason ?? '', event);
  return [...newest.values()].slice(-3).map((event) => {
    const timesSeen = event.series?.count ?? event.count ?? 1;
    const times = timesSeen > 1 ? ` (${count(timesSeen, 'time')})` : '';
    return leaf(`${humanDuration(now - timeOf(event))} ago ${event.reason}: ${event.message}${times}`);
  });
}

/** Writes an explanation as lines, each cause indented below what it explains. */
export function explanationText({ text, causes }: Explanation, indent = ''): string {
  return `${indent}${text}\n${causes.map((cause) => explanationText(cause, `${indent}  `)).join('')}`;
}
