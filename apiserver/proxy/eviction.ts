import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { Eviction } from '../../api/kinds/policy/eviction.ts';
import type { PodDisruptionBudget } from '../../api/kinds/policy/pod-disruption-budget/index.ts';
import { podDisruptionBudgets } from '../../api/kinds/policy/pod-disruption-budget/index.ts';
import type { DeleteOptions } from '../../api/meta/delete-options.ts';
import type { Live } from '../../api/meta/object.ts';
import { errors, StatusError } from '../../api/meta/status-error.ts';
import { selectorFrom } from '../../api/selector/selector.ts';
import type { Clock } from '../../base/clock.ts';
import { timeText } from '../../base/clock.ts';
import { created, decoded } from '../authn/review.ts';
import type { SubresourceHandler, SubresourceRequest } from '../contract/subresource.ts';
import { withCondition } from './pod-condition.ts';

const EVICTION = { group: 'policy', version: 'v1', kind: 'Eviction', plural: 'evictions' };
const SUCCESS = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
/** Budgets whose controller does not keep up allow no further evictions. */
const MAX_DISRUPTED_PODS = 2000;
const RETRY_SECONDS = 10;
const VIOLATES = "Cannot evict pod as it would violate the pod's disruption budget.";
const SEVERAL = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';

/** Evictions are taken in their old version too: it is the same. */
function evictionVersion(body: unknown): typeof EVICTION {
  const old = typeof body === 'object' && body !== null && 'apiVersion' in body && body.apiVersion === 'policy/v1beta1';
  return old ? { ...EVICTION, version: 'v1beta1' } : EVICTION;
}

/** Combines the dry run of the request with that of the options in its body. @throws StatusError if they contradict each other. */
function optionsOf({ deleteOptions }: Eviction, dryRun: boolean): DeleteOptions {
  const { apiVersion: _apiVersion, kind: _kind, ...options } = deleteOptions ?? {};
  if (!dryRun) return options;
  const own = options.dryRun ?? [];
  if (own.length > 0 && !(own.length === 1 && own[0] === 'All')) {
    throw new StatusError('', `Non-matching dry-run options in request and content: [All] and [${own.join(' ')}]`, undefined, 500);
  }
  return { ...options, dryRun: ['All'] };
}

const isEnding = ({ metadata, status }: Live<Pod>): boolean =>
  status?.phase === 'Succeeded' || status?.phase === 'Failed' || metadata.deletionTimestamp !== undefined;

/** Pods that do not run yet, or no longer, are no loss to a budget. */
const isOutsideBudgets = (pod: Live<Pod>): boolean => isEnding(pod) || pod.status?.phase === 'Pending';

const isReady = ({ status }: Pod): boolean => status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;

function refused(message: string, retryAfterSeconds?: number): StatusError {
  const retry = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return new StatusError('TooManyRequests', VIOLATES, { ...retry, causes: [{ reason: 'DisruptionBudget', message }] });
}

const stillProcessed = (name: string): StatusError => refused(`The disruption budget ${name} is still being processed by the server.`, RETRY_SECONDS);

type Status = NonNullable<PodDisruptionBudget['status']>;

/** States in the condition that no further pod may be evicted, as the budget's controller would. */
function exhausted({ conditions = [], observedGeneration }: Status, now: string): NonNullable<Status['conditions']> {
  const before = conditions.find(({ type }) => type === 'DisruptionAllowed');
  const condition = {
    type: 'DisruptionAllowed',
    status: 'False',
    reason: 'InsufficientPods',
    message: '',
    lastTransitionTime: before?.status === 'False' ? before.lastTransitionTime : now,
    ...(observedGeneration ? { observedGeneration } : {}),
  };
  return before ? conditions.map((one) => (one === before ? condition : one)) : [...conditions, condition];
}

/** Returns the budget with one disruption less, and the pod named in it. @throws StatusError 429 if none is left. */
function decremented(budget: Live<PodDisruptionBudget>, pod: string, now: string): PodDisruptionBudget {
  const { name, generation = 0 } = budget.metadata;
  const status = budget.status ?? {};
  const { disruptionsAllowed = 0, disruptedPods = {}, observedGeneration = 0, desiredHealthy = 0, currentHealthy = 0 } = status;
  const forbidden = (why: string) => errors.forbidden({ group: 'policy', plural: 'poddisruptionbudget', kind: '' }, name, why);
  if (observedGeneration < generation) throw stillProcessed(name);
  if (disruptionsAllowed < 0) throw forbidden('pdb disruptions allowed is negative');
  if (Object.keys(disruptedPods).length > MAX_DISRUPTED_PODS) {
    throw forbidden('DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  }
  if (disruptionsAllowed === 0) {
    const failed = status.conditions?.find(
      ({ type, status: value, reason }) => type === 'DisruptionAllowed' && value === 'False' && reason === 'SyncFailed',
    );
    if (failed) throw refused(`The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${failed.message}`);
    throw refused(`The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`);
  }
  const left = disruptionsAllowed - 1;
  return {
    ...budget,
    status: {
      ...status,
      disruptionsAllowed: left,
      disruptedPods: { ...disruptedPods, [pod]: now },
      ...(left === 0 ? { conditions: exhausted(status, now) } : {}),
    },
  };
}

/** Returns whether a pod that is not ready may go without counting: it always may, or its application has all the pods that it needs. */
function goesUncounted(pod: Pod, { spec, status }: PodDisruptionBudget): boolean {
  if (isReady(pod)) return false;
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy;
}

type Storage = SubresourceRequest['storage'];

/**
 * Takes the eviction from the budget of the pod; returns whether the pod goes without counting, and so must not have become ready meanwhile.
 * @throws StatusError 429 if the budget does not allow it, 500 if the pod has several.
 */
async function takeFromBudget(
  storage: Storage,
  pod: Live<Pod>,
  dryRun: boolean,
  now: string,
): Promise<{ name: string; uncounted: boolean } | undefined> {
  const { namespace = '', name, labels } = pod.metadata;
  await storage.fresh(podDisruptionBudgets);
  const [budget, ...others] = storage
    .list(podDisruptionBudgets, namespace)
    .filter(({ spec }) => spec?.selector !== undefined && selectorFrom(spec.selector).matches(labels));
  if (!budget) return undefined;
  if (others.length > 0) throw new StatusError('', SEVERAL, undefined, 500);
  const key = { namespace, name: budget.metadata.name };
  if (goesUncounted(pod, budget)) return { name: key.name, uncounted: true };
  if (dryRun) decremented(budget, name, now);
  else await storage.modify(podDisruptionBudgets, key, (current) => decremented(current, name, now));
  return { name: key.name, uncounted: false };
}

/** @throws StatusError Conflict if the pod is not the one, or not in the version, that the options name. */
function checkPreconditions({ metadata: { name, uid, resourceVersion } }: Live<Pod>, { preconditions }: DeleteOptions): void {
  if (preconditions?.uid && preconditions.uid !== uid) {
    const why = `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`;
    throw errors.conflict(pods, name, why);
  }
  if (preconditions?.resourceVersion && preconditions.resourceVersion !== resourceVersion) {
    const why = `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`;
    throw errors.conflict(pods, name, why);
  }
}

/** Deletes the pod, and states in it first that it is evicted. */
async function endPod(request: SubresourceRequest, pod: Live<Pod>, options: DeleteOptions, now: string): Promise<void> {
  if (options.dryRun?.includes('All') || isEnding(pod)) return request.remove(options);
  const condition = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' };
  const marked = await request.storage.modify(pods, request.key, (current) => {
    checkPreconditions(current, options);
    return { ...current, status: { ...current.status, conditions: withCondition(current, condition, now) } };
  });
  const { preconditions } = options;
  if (preconditions?.resourceVersion === undefined) return request.remove(options);
  return request.remove({ ...options, preconditions: { ...preconditions, resourceVersion: marked.metadata.resourceVersion } });
}

/**
 * Evicts a pod (pkg/registry/core/pod/storage/eviction.go): deletes it with its grace period, if its disruption budget allows it, and states
 * the reason in a condition.
 */
export function evictionHandler(clock: Clock): SubresourceHandler {
  return {
    group: '',
    plural: 'pods',
    subresource: 'eviction',
    verbs: ['create'],
    async handle(request) {
      const eviction = decoded(Eviction, request.body(), evictionVersion(request.body()));
      const { key, storage } = request;
      if (eviction.metadata?.name && eviction.metadata.name !== key.name)
        throw errors.badRequest('name in URL does not match name in Eviction object');
      const options = optionsOf(eviction, request.dryRun);
      await request.admit({ verb: 'create', object: eviction, old: undefined });
      const pod = storage.get(pods, key);
      if (!pod) throw errors.notFound(pods, key.name);
      const now = timeText(clock.now());
      const dryRun = options.dryRun?.includes('All') === true;
      const budget = isOutsideBudgets(pod) ? undefined : await takeFromBudget(storage, pod, dryRun, now);
      // A pod that did not count must be as it was seen: it may not have become ready.
      const guarded = budget?.uncounted === true && options.preconditions?.resourceVersion === undefined;
      if (!guarded) await endPod(request, pod, options, now);
      else {
        const preconditions = { ...options.preconditions, resourceVersion: pod.metadata.resourceVersion };
        await endPod(request, pod, { ...options, preconditions }, now).catch((error: unknown) => {
          throw error instanceof StatusError && error.reason === 'Conflict' ? stillProcessed(budget.name) : error;
        });
      }
      return created(SUCCESS);
    },
  };
}
