import type { LimitRangeItem } from '../../../api/kinds/core/limit-range.ts';
import { limitRanges } from '../../../api/kinds/core/limit-range.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { podLimits, podRequests, pods } from '../../../api/kinds/core/pod/index.ts';
import type { Container } from '../../../api/pod/container/container.ts';
import { compareQuantities, parseQuantity } from '../../../api/schema/quantity.ts';
import type { ResourceList } from '../../../api/schema/resource-list.ts';
import { own } from '../../../base/json.ts';
import type { AdmissionPlugin } from '../../contract/admission.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import { admitted, forbidden, handlesOnly, joined } from '../admitted.ts';

const ANNOTATION = 'kubernetes.io/limit-ranger';

/** Adds what is not there yet; returns the names added, in order. */
function fill(list: Record<string, string>, defaults: ResourceList): string[] {
  const added = Object.keys(defaults).filter((name) => !Object.hasOwn(list, name));
  for (const name of added) list[name] = defaults[name] ?? '0';
  return added.sort();
}

/** Gives a container the default requests and limits; returns what the annotation says of it. */
function fillContainer(container: Container, item: LimitRangeItem, role: string): string[] {
  const limits = { ...container.resources?.limits };
  const requests = { ...container.resources?.requests };
  const addedLimits = fill(limits, item.default ?? {});
  const addedRequests = fill(requests, item.defaultRequest ?? {});
  if (addedLimits.length + addedRequests.length === 0) return [];
  container.resources = {
    ...container.resources,
    ...(Object.keys(limits).length > 0 ? { limits } : {}),
    ...(Object.keys(requests).length > 0 ? { requests } : {}),
  };
  const texts: string[] = [];
  if (addedRequests.length > 0) texts.push(`${addedRequests.join(', ')} request for ${role} ${container.name}`);
  if (addedLimits.length > 0) texts.push(`${addedLimits.join(', ')} limit for ${role} ${container.name}`);
  return texts;
}

function fillPod(pod: Pod, item: LimitRangeItem): void {
  const texts = [
    ...(pod.spec?.containers ?? []).flatMap((container) => fillContainer(container, item, 'container')),
    ...(pod.spec?.initContainers ?? []).flatMap((container) => fillContainer(container, item, 'init container')),
  ];
  if (texts.length === 0) return;
  pod.metadata ??= {};
  pod.metadata.annotations = { ...pod.metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${texts.join('; ')}` };
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

/** Lists the faults of requests and limits under one item of a LimitRange. */
function faults(item: LimitRangeItem, requests: ResourceList, limits: ResourceList): string[] {
  const check = (bounds: ResourceList | undefined, of: typeof belowMin) =>
    Object.entries(bounds ?? {}).map(([name, bound]) => of(name, item.type, bound, own(requests, name), own(limits, name)));
  const all = [...check(item.min, belowMin), ...check(item.max, aboveMax), ...check(item.maxLimitRequestRatio, aboveRatio)];
  return all.filter((fault) => fault !== undefined);
}

function podFaults(pod: Pod, item: LimitRangeItem): string[] {
  if (item.type === 'Pod') return faults(item, podRequests(pod), podLimits(pod));
  if (item.type !== 'Container') return [];
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  return containers.flatMap(({ resources }) => faults(item, resources?.requests ?? {}, resources?.limits ?? {}));
}

/** Gives new pods the defaults of their namespace's LimitRanges, and refuses those outside of their bounds. */
export function limitRanger(objects: StorageAccess): AdmissionPlugin {
  const itemsOf = (namespace: string) => objects.list(limitRanges, namespace).map((range) => range.spec?.limits ?? []);
  return {
    name: 'LimitRanger',
    handles: handlesOnly(pods, 'create'),
    admit(attributes) {
      const pod = admitted(pods, attributes)?.object;
      if (!pod) return;
      for (const items of itemsOf(attributes.key.namespace)) {
        for (const item of items) if (item.type === 'Container') fillPod(pod, item);
      }
    },
    validate(attributes) {
      const pod = admitted(pods, attributes)?.object;
      if (!pod) return;
      for (const items of itemsOf(attributes.key.namespace)) {
        const wrong = items.flatMap((item) => podFaults(pod, item));
        if (wrong.length > 0) throw forbidden(attributes, joined(wrong));
      }
    },
  };
}
