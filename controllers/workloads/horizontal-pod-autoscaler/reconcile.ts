import type { Kind } from '../../../api/definition/kind.ts';
import type { CrossVersionObjectReference, MetricSpec, MetricStatus } from '../../../api/kinds/autoscaling/horizontal-pod-autoscaler/metrics.ts';
import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerStatus } from '../../../api/kinds/autoscaling/horizontal-pod-autoscaler/schema.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import type { Selector } from '../../../api/selector/selector.ts';
import { parseSelector, selectorText } from '../../../api/selector/selector.ts';
import { timeText } from '../../../base/clock.ts';
import type { Reconcile } from '../../../runtime/control/controller.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';
import { messageOf } from '../../_shared/refusals.ts';
import type { Finding } from './conditions.ts';
import { finding, withFindings } from './conditions.ts';
import type { AutoscalerMemory } from './memory.ts';
import { firstMemory, withScaleEvent } from './memory.ts';
import type { AutoscalerMetrics, ErrorLabel, ScaleAction } from './metrics.ts';
import { autoscalerMetrics } from './metrics.ts';
import type { MetricsClient } from './metrics-client.ts';
import { createMetricsClient, groupOf } from './metrics-client.ts';
import type { Fault } from './plan.ts';
import { combine, DISABLED, normalize, rescaleReason, situationOf, statusesOf, tolerancesOf } from './plan.ts';
import type { MetricOutcome, ProposalInput } from './proposals.ts';
import { proposalOf } from './proposals.ts';
import type { ScaleTarget } from './scale-target.ts';
import { scaleTargetOf } from './scale-target.ts';
import type { KnownSelectors } from './selectors.ts';
import { createKnownSelectors, podsOf } from './selectors.ts';
import type { AutoscalerSettings } from './settings.ts';

export interface AutoscalerParts {
  readonly env: ControllerEnv;
  readonly autoscalers: Informer<HorizontalPodAutoscaler>;
  readonly pods: Informer<Pod>;
  /** Returns every kind that is served, in one version each. */
  readonly served: () => readonly Kind[];
  readonly settings: AutoscalerSettings;
}

/** The parts of a controller that is at work, and what it remembers. */
interface Work extends AutoscalerParts {
  readonly kindOf: (reference: CrossVersionObjectReference) => Kind | undefined;
  readonly client: MetricsClient;
  readonly metrics: AutoscalerMetrics;
  readonly selectors: KnownSelectors;
  readonly memories: Map<string, AutoscalerMemory>;
}

/** One look at an autoscaler: the conditions that it finds, until they are written. */
interface Round {
  readonly key: ObjectKey;
  readonly autoscaler: Live<HorizontalPodAutoscaler>;
  readonly now: number;
  readonly findings: Finding[];
  event(type: 'Normal' | 'Warning', reason: string, message: string): void;
}

/** The end of a round. */
interface Outcome {
  readonly action: ScaleAction;
  readonly fault: Fault | undefined;
}

/** Looks at an autoscaler every sync period, whatever became of the round before (pkg/controller/podautoscaler/horizontal.go). */
export function createAutoscalerReconcile(parts: AutoscalerParts): Reconcile {
  const { env, autoscalers, served, settings } = parts;
  const kindOf = (reference: CrossVersionObjectReference) =>
    served().find(({ group, kind }) => kind === reference.kind && group === groupOf(reference.apiVersion));
  const metrics = autoscalerMetrics(env.registry);
  const work: Work = {
    ...parts,
    kindOf,
    metrics,
    client: createMetricsClient(env.client, kindOf),
    selectors: createKnownSelectors(),
    memories: new Map(),
  };
  return async (key, { log }) => {
    const autoscaler = autoscalers.get(key);
    metrics.autoscalers(autoscalers.list().length);
    if (!autoscaler) {
      work.memories.delete(keyText(key));
      work.selectors.delete(key);
      metrics.forget(key);
      return DONE;
    }
    const start = env.clock.monotonic();
    const { action, fault } = await look(work, autoscaler);
    if (fault) log.warn({ autoscaler: keyText(key), why: fault.message }, 'an autoscaler could not do all of its work: trying again');
    metrics.reconciled(action, labelOf(fault), (env.clock.monotonic() - start) / 1000);
    return { requeueAfterMs: settings.syncPeriodMs };
  };
}

const labelOf = (fault: Fault | undefined): ErrorLabel => (fault ? (fault.ofSpec ? 'spec' : 'internal') : 'none');
const failed = (fault: Fault): Outcome => ({ action: 'none', fault });
const directionOf = (to: number, from: number): ScaleAction => (to > from ? 'scale_up' : to < from ? 'scale_down' : 'none');

async function look(work: Work, autoscaler: Live<HorizontalPodAutoscaler>): Promise<Outcome> {
  const { env, autoscalers } = work;
  const { apiVersion, kind } = { apiVersion: `${autoscalers.kind.group}/${autoscalers.kind.version}`, kind: autoscalers.kind.kind };
  const round: Round = {
    key: keyOf(autoscaler),
    autoscaler,
    now: env.clock.now(),
    findings: [],
    event: (type, reason, message) => env.recorder.event({ ...autoscaler, apiVersion, kind }, type, reason, message),
  };
  const target = await scaleTargetOf(env.client, work.kindOf, round.key.namespace, autoscaler.spec.scaleTargetRef);
  if ('why' in target) {
    round.event('Warning', 'FailedGetScale', target.why);
    round.findings.push(
      finding('AbleToScale', false, 'FailedGetScale', `the HPA controller was unable to get the target's current scale: ${target.why}`),
    );
    await writeStatus(work, round, autoscaler.status);
    return failed(target.fault);
  }
  round.findings.push(finding('AbleToScale', true, 'SucceededGetScale', "the HPA controller was able to get the target's current scale"));
  return scaleAsNeeded(work, round, target);
}

/** The number of pods that a round decides on. */
interface Decision {
  readonly desired: number;
  readonly reason: string;
  readonly statuses: readonly MetricStatus[] | undefined;
  readonly memory: AutoscalerMemory;
  readonly fault: Fault | undefined;
}

async function scaleAsNeeded(work: Work, round: Round, target: ScaleTarget): Promise<Outcome> {
  const { key, autoscaler } = round;
  const current = target.scale.spec?.replicas ?? 0;
  const decision = await decide(work, round, target, current);
  if ('failure' in decision) return failed(decision.failure);
  const { desired, reason, statuses, memory, fault } = decision;
  work.memories.set(keyText(key), memory);
  if (desired !== current) {
    try {
      await target.rescale(desired);
    } catch (error) {
      return notRescaled(work, round, current, decision, messageOf(error));
    }
    round.findings.push(finding('AbleToScale', true, 'SucceededRescale', `the HPA controller was able to update the target scale to ${desired}`));
    round.event('Normal', 'SuccessfulRescale', `New size: ${desired}; reason: ${reason}`);
    work.memories.set(keyText(key), withScaleEvent(memory, autoscaler.spec.behavior, current, desired, round.now));
  }
  work.metrics.desired(key, desired);
  const lastScaleTime = desired === current ? autoscaler.status?.lastScaleTime : timeText(round.now);
  const unwritten = await writeStatus(work, round, statusWith(current, desired, lastScaleTime, statuses));
  return { action: directionOf(desired, current), fault: unwritten ?? fault };
}

async function notRescaled(work: Work, round: Round, current: number, { desired, reason, statuses }: Decision, why: string): Promise<Outcome> {
  round.event('Warning', 'FailedRescale', `New size: ${desired}; reason: ${reason}; error: ${why}`);
  round.findings.push(finding('AbleToScale', false, 'FailedUpdateScale', `the HPA controller was unable to update the target scale: ${why}`));
  await writeUnscaled(work, round, current, statuses);
  const { kind, name } = round.autoscaler.spec.scaleTargetRef;
  return failed({ message: `failed to rescale ${kind}/${round.key.namespace}/${name}: ${why}`, ofSpec: false });
}

/** Decides on the number of pods. A failure is in the status already. */
async function decide(work: Work, round: Round, target: ScaleTarget, current: number): Promise<Decision | { readonly failure: Fault }> {
  const { autoscaler, key, now, findings } = round;
  const { spec } = autoscaler;
  const memory = work.memories.get(keyText(key)) ?? firstMemory(current, now);
  const situation = situationOf(spec, current);
  if (situation.kind === 'disabled') {
    findings.push(DISABLED);
    return { desired: current, reason: '', statuses: undefined, memory, fault: undefined };
  }
  if (situation.kind === 'outside') return { ...situation, statuses: undefined, memory, fault: undefined };

  work.memories.set(keyText(key), memory);
  const selector = selectorOf(work, round, target.scale.status?.selector ?? '');
  if (typeof selector === 'string') return failedToCompute(work, round, current, { message: selector, ofSpec: false }, undefined);
  const input: ProposalInput = {
    namespace: key.namespace,
    selector: selectorText(selector),
    pods: podsOf(work.pods, key.namespace, selector),
    current,
    existing: target.scale.status?.replicas ?? 0,
    tolerances: tolerancesOf(spec, work.settings),
    settings: work.settings,
    now,
  };
  const outcomes = await measure(work, round, input, spec.metrics ?? []);
  const combined = combine(outcomes, current);
  findings.push(combined.finding);
  const statuses = statusesOf(outcomes);
  if (!combined.ok) return failedToCompute(work, round, current, combined.fault, statuses);
  const recommended = combined.replicas;
  const normalized = normalize({ spec, current, recommended, memory, settings: work.settings, now });
  findings.push(...normalized.findings);
  const reason = rescaleReason(recommended, current, combined.name);
  return { desired: normalized.desired, reason, statuses, memory: normalized.memory, fault: combined.fault };
}

async function failedToCompute(work: Work, round: Round, current: number, fault: Fault, statuses: readonly MetricStatus[] | undefined) {
  await writeUnscaled(work, round, current, statuses);
  round.event('Warning', 'FailedComputeMetricsReplicas', fault.message);
  const { kind, name } = round.autoscaler.spec.scaleTargetRef;
  const message = `failed to compute desired number of replicas based on listed metrics for ${kind}/${round.key.namespace}/${name}: ${fault.message}`;
  return { failure: { ...fault, message } };
}

/** Reads the metrics one after the other, and tells of each that fails. */
async function measure({ env, client, metrics }: Work, round: Round, input: ProposalInput, specs: readonly MetricSpec[]): Promise<MetricOutcome[]> {
  const outcomes: MetricOutcome[] = [];
  for (const spec of specs) {
    const start = env.clock.monotonic();
    const outcome = await proposalOf(client, input, spec);
    outcomes.push(outcome);
    const action = outcome.ok ? directionOf(outcome.replicas, round.autoscaler.status?.currentReplicas ?? 0) : 'none';
    metrics.computed(spec.type, action, labelOf(outcome.ok ? undefined : outcome.failure), (env.clock.monotonic() - start) / 1000);
    if (!outcome.ok) round.event('Warning', outcome.failure.reason, outcome.failure.message);
  }
  return outcomes;
}

/** Returns the selector of the target's pods, or why there is none that can be used. */
function selectorOf({ selectors, pods }: Work, { key, event, findings }: Round, text: string): Selector | string {
  const refuse = (reason: string, message: string, condition = message, conditionReason = reason) => {
    event('Warning', reason, message);
    findings.push(finding('ScalingActive', false, conditionReason, condition));
    return message;
  };
  if (text === '') return refuse('SelectorRequired', 'selector is required', "the HPA target's scale is missing a selector", 'InvalidSelector');
  let selector: Selector;
  try {
    selector = parseSelector(text);
  } catch (error) {
    return refuse('InvalidSelector', `couldn't convert selector into a corresponding internal selector object: ${messageOf(error)}`);
  }
  selectors.set(key, selector);
  const controlling = selectors.controlling(key.namespace, podsOf(pods, key.namespace, selector));
  if (controlling.length <= 1) return selector;
  return refuse('AmbiguousSelector', `pods by selector ${text} are controlled by multiple HPAs: [${controlling.join(' ')}]`);
}

const statusWith = (
  currentReplicas: number,
  desiredReplicas: number,
  lastScaleTime: string | undefined,
  currentMetrics: readonly MetricStatus[] | undefined,
): HorizontalPodAutoscalerStatus => ({
  currentReplicas,
  desiredReplicas,
  ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
  ...(currentMetrics ? { currentMetrics: [...currentMetrics] } : {}),
});

/** Writes the status of a round that did not scale. */
async function writeUnscaled(work: Work, round: Round, current: number, statuses: readonly MetricStatus[] | undefined): Promise<void> {
  const { desiredReplicas = 0, lastScaleTime } = round.autoscaler.status ?? {};
  await writeStatus(work, round, statusWith(current, desiredReplicas, lastScaleTime, statuses));
}

/** Writes the status with the conditions that the round has found, if it differs. Resolves to the fault if it could not be written. */
async function writeStatus(
  { env, autoscalers }: Work,
  { autoscaler, findings, now, event }: Round,
  of: HorizontalPodAutoscalerStatus | undefined,
): Promise<Fault | undefined> {
  const conditions = withFindings(autoscaler.status?.conditions ?? [], findings, now);
  const status: HorizontalPodAutoscalerStatus = { ...of, desiredReplicas: of?.desiredReplicas ?? 0, conditions };
  if (semanticallyEqual(autoscaler.status, status)) return undefined;
  try {
    await env.client.update(autoscalers.kind, { ...autoscaler, status }, { subresource: 'status' });
    return undefined;
  } catch (error) {
    const why = messageOf(error);
    event('Warning', 'FailedUpdateStatus', why);
    return { message: `failed to update status for ${autoscaler.metadata.name}: ${why}`, ofSpec: false };
  }
}
