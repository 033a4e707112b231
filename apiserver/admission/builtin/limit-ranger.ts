import { isKind } from '../../../api/definition/kind.ts';
import type { LimitRangeItem } from '../../../api/kinds/core/limit-range.ts';
import { limitRanges } from '../../../api/kinds/core/limit-range.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { persistentVolumeClaims } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { podLimits, podRequests, pods } from '../../../api/kinds/core/pod/index.ts';
import type { Container } from '../../../api/pod/container/container.ts';
import { compareQuantities, parseQuantity } from '../../../api/schema/quantity.ts';
import type { ResourceList } from '../../../api/schema/resource-list.ts';
import { isLong as isLongValue, markAs } from '../../../base/json/long-values.ts';
import { shallowCopySteps } from '../../../base/json/shallow-copy.ts';
import { own, setOwn } from '../../../base/json.ts';
import type { MaybePromise } from '../../../base/maybe-promise.ts';
import type { Steps } from '../../../base/steps.ts';
import { paced } from '../../../base/steps.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../../contract/admission.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import { tooLargeForStore } from '../../storage/store-status.ts';
import { forbidden, handlesOnly, joined } from '../admitted.ts';

const ANNOTATION = 'kubernetes.io/limit-ranger';

/** Requests and limits that defaults add to one pod; more of them are more than the store takes. */
const MOST_ADDED = 200_000;

/** Faults that a refusal lists. Upstream lists all: 8,000 containers under a LimitRange of 30,000 resources have 240 million. */
const MOST_FAULTS = 1_000;

/** Containers that are looked at for one item of a LimitRange each, before others have their turn. */
const STEP_COUNT = 1_000;

/** Counts what defaults add to a pod. */
interface Additions {
  count: number;
}

/** Returns the names of defaults that a list does not have yet, in order. @throws StatusError 500 as the store's, for too many of them. */
function missing(list: ResourceList | undefined, defaults: ResourceList | undefined, additions: Additions): string[] {
  const names = Object.keys(defaults ?? {}).filter((name) => own(list, name) === undefined);
  additions.count += names.length;
  if (additions.count > MOST_ADDED) throw tooLargeForStore();
  return names.sort();
}

/** Returns a list with the named defaults. A list that stays as it is is not copied: it may be long. */
function* filled(list: ResourceList | undefined, defaults: ResourceList | undefined, names: readonly string[]): Steps<ResourceList | undefined> {
  if (names.length === 0) return list;
  const all = yield* shallowCopySteps(list ?? {});
  for (const name of names) setOwn(all, name, own(defaults, name) ?? '0');
  return all as Record<string, string>;
}

/** Gives a container the default requests and limits; returns what the annotation says of it. */
function* fillContainer(container: Container, item: LimitRangeItem, role: string, additions: Additions): Steps<string[]> {
  const { limits, requests } = container.resources ?? {};
  const addedLimits = missing(limits, item.default, additions);
  const addedRequests = missing(requests, item.defaultRequest, additions);
  if (addedLimits.length + addedRequests.length === 0) return [];
  const allLimits = yield* filled(limits, item.default, addedLimits);
  const allRequests = yield* filled(requests, item.defaultRequest, addedRequests);
  const resources = { ...container.resources, ...(allLimits && { limits: allLimits }), ...(allRequests && { requests: allRequests }) };
  container.resources = markAs(resources, container.resources);
  const texts: string[] = [];
  if (addedRequests.length > 0) texts.push(`${addedRequests.join(', ')} request for ${role} ${container.name}`);
  if (addedLimits.length > 0) texts.push(`${addedLimits.join(', ')} limit for ${role} ${container.name}`);
  return texts;
}

function* fillPod(pod: Pod, item: LimitRangeItem, additions: Additions): Steps<void> {
  const texts: string[] = [];
  let count = 0;
  for (const [role, containers = []] of [
    ['container', pod.spec?.containers],
    ['init container', pod.spec?.initContainers],
  ] as const) {
    for (const container of containers) {
      for (const text of yield* fillContainer(container, item, role, additions)) texts.push(text);
      if (++count % STEP_COUNT === 0) yield;
    }
  }
  if (texts.length === 0) return;
  pod.metadata ??= {};
  const annotations = yield* shallowCopySteps(pod.metadata.annotations ?? {});
  annotations[ANNOTATION] = `LimitRanger plugin set: ${texts.join('; ')}`;
  pod.metadata.annotations = annotations as Record<string, string>;
}

function belowMin(name: string, type: string, min: string, request: string | undefined, limit: string | undefined): string | undefined {
  const head = `minimum ${name} usage per ${type} is ${min}`;
  if (request === undefined) return `${head}.  No request is specified`;
  if (compareQuantities(request, min) < 0) return `${head}, but request is ${request}`;
  if (limit !== undefined && compareQuantities(limit, min) < 0) return `${head}, but limit is ${limit}`;
  return undefined;
}

function aboveMax(name: string, type: string, max: string, request: string | undefined, limit: string | undefined): string | undefined {
  const head = `maximum ${name} usage per ${type} is ${max}`;
  if (limit === undefined) return `${head}.  No limit is specified`;
  if (compareQuantities(limit, max) > 0) return `${head}, but limit is ${limit}`;
  if (request !== undefined && compareQuantities(request, max) > 0) return `${head}, but request is ${request}`;
  return undefined;
}

function aboveRatio(name: string, type: string, most: string, request: string | undefined, limit: string | undefined): string | undefined {
  const head = `${name} max limit to request ratio per ${type} is ${most}`;
  if (request === undefined || compareQuantities(request, '0') === 0) return `${head}, but no request is specified or request is 0`;
  if (limit === undefined || compareQuantities(limit, '0') === 0) return `${head}, but no limit is specified or limit is 0`;
  const ratio = Number(parseQuantity(limit).nanos) / Number(parseQuantity(request).nanos);
  return ratio > Number(parseQuantity(most).nanos) / 1e9 ? `${head}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
}

/** A claim has no limit: what it asks for is bounded on both sides. */
function aboveMostRequest(name: string, type: string, max: string, request: string | undefined): string | undefined {
  const head = `maximum ${name} usage per ${type} is ${max}`;
  if (request === undefined) return `${head}.  No request is specified`;
  return compareQuantities(request, max) > 0 ? `${head}, but request is ${request}` : undefined;
}

type Bound = (name: string, type: string, bound: string, request: string | undefined, limit: string | undefined) => string | undefined;
type Bounds = readonly (readonly [of: 'min' | 'max' | 'maxLimitRequestRatio', fault: Bound])[];

const POD_BOUNDS: Bounds = [
  ['min', belowMin],
  ['max', aboveMax],
  ['maxLimitRequestRatio', aboveRatio],
];
const CLAIM_BOUNDS: Bounds = [
  ['min', belowMin],
  ['max', aboveMostRequest],
];

/** Adds the faults of requests and limits under one item of a LimitRange, as long as there are not enough. */
function addFaults(wrong: string[], item: LimitRangeItem, bounds: Bounds, requests: ResourceList, limits: ResourceList): void {
  for (const [of, fault] of bounds) {
    for (const [name, bound] of Object.entries(item[of] ?? {})) {
      if (wrong.length >= MOST_FAULTS) return;
      const found = fault(name, item.type, bound, own(requests, name), own(limits, name));
      if (found !== undefined) wrong.push(found);
    }
  }
}

/** Returns the names of the amounts that an item bounds: a pod may ask for many others. */
const boundedBy = ({ min, max, maxLimitRequestRatio }: LimitRangeItem): ReadonlySet<string> =>
  new Set([min, max, maxLimitRequestRatio].flatMap((bounds) => Object.keys(bounds ?? {})));

function* addPodFaults(wrong: string[], pod: Pod, item: LimitRangeItem): Steps<void> {
  if (item.type === 'Pod') {
    const names = boundedBy(item);
    // By the spec alone: what a pod has now, its status tells.
    const asked = { spec: pod.spec };
    addFaults(wrong, item, POD_BOUNDS, podRequests(asked, names), podLimits(asked, names));
  }
  if (item.type !== 'Container') return;
  let count = 0;
  for (const containers of [pod.spec?.containers ?? [], pod.spec?.initContainers ?? []]) {
    for (const { resources } of containers) {
      addFaults(wrong, item, POD_BOUNDS, resources?.requests ?? {}, resources?.limits ?? {});
      if (++count % STEP_COUNT === 0) yield;
    }
  }
}

function addClaimFaults(wrong: string[], { spec }: PersistentVolumeClaim, item: LimitRangeItem): void {
  if (item.type === 'PersistentVolumeClaim') addFaults(wrong, item, CLAIM_BOUNDS, spec?.resources?.requests ?? {}, {});
}

type Items = readonly LimitRangeItem[];

function* fillSteps(pod: Pod, ranges: readonly Items[]): Steps<void> {
  const additions = { count: 0 };
  for (const items of ranges) for (const item of items) if (item.type === 'Container') yield* fillPod(pod, item, additions);
}

/** Returns the faults under the first LimitRange that is violated. */
function* faultSteps(ranges: readonly Items[], add: (wrong: string[], item: LimitRangeItem) => Steps<void> | void): Steps<readonly string[]> {
  const wrong: string[] = [];
  for (const items of ranges) {
    for (const item of items) yield* add(wrong, item) ?? [];
    if (wrong.length > 0) return wrong;
  }
  return wrong;
}

const isLong = (pod: Pod, ranges: readonly Items[]): boolean =>
  isLongValue(pod) || ranges.length * ((pod.spec?.containers?.length ?? 0) + (pod.spec?.initContainers?.length ?? 0)) > STEP_COUNT;

/** Returns the faults of a pod or claim; those of many containers take turns. */
function faultsOf({ kind, object }: AdmissionAttributes, ranges: readonly Items[]): MaybePromise<readonly string[]> {
  if (isKind(kind, pods)) {
    const pod = object as Pod;
    const steps = faultSteps(ranges, (wrong, item) => addPodFaults(wrong, pod, item));
    return paced(isLong(pod, ranges), steps);
  }
  const claim = object as PersistentVolumeClaim;
  const steps = faultSteps(ranges, (wrong, item) => addClaimFaults(wrong, claim, item));
  return paced(false, steps);
}

/** New pods and resizes of pods. Other updates of pods cannot change what they ask for. */
const asksAsPod: NonNullable<AdmissionPlugin['handles']> = (kind, subresource, verb) =>
  isKind(kind, pods) && ((verb === 'create' && subresource === '') || (verb === 'update' && subresource === 'resize'));

const asksAsClaim = handlesOnly(persistentVolumeClaims, 'create', 'update');

/**
 * Gives pods the defaults of their namespace's LimitRanges, and refuses pods and claims outside of their bounds. What is being deleted is let
 * through.
 */
export function limitRanger(objects: StorageAccess): AdmissionPlugin {
  const rangesOf = ({ key, old }: AdmissionAttributes): Items[] =>
    old?.metadata.deletionTimestamp ? [] : objects.list(limitRanges, key.namespace).map((range) => range.spec?.limits ?? []);
  return {
    name: 'LimitRanger',
    handles: (...asked) => asksAsPod(...asked) || asksAsClaim(...asked),
    admit(attributes) {
      if (!isKind(attributes.kind, pods)) return undefined;
      const pod = attributes.object as Pod;
      const ranges = rangesOf(attributes);
      return ranges.length === 0 ? undefined : paced(isLong(pod, ranges), fillSteps(pod, ranges));
    },
    validate(attributes) {
      const ranges = rangesOf(attributes);
      if (ranges.length === 0) return undefined;
      const refuse = (wrong: readonly string[]) => {
        if (wrong.length > 0) throw forbidden(attributes, joined(wrong));
      };
      const wrong = faultsOf(attributes, ranges);
      return wrong instanceof Promise ? wrong.then(refuse) : refuse(wrong);
    },
  };
}
