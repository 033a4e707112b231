import type { ConceptService, ConceptServiceStatus, PublishedPort } from '../../../api/concepts/service.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { Condition } from '../../../api/meta/condition.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { OwnerReference } from '../../../api/meta/object-meta.ts';
import { isObject } from '../../../base/json.ts';
import { controllerOf } from '../../../runtime/control/controller-ref.ts';
import { conditionOf, withCondition } from '../../_shared/conditions.ts';

/** The condition of a Service whose core Service is as it should be. */
export const READY = 'Ready';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Holds the record of the last write, by which it is seen that a field, label or annotation was taken out since. */
const APPLIED = 'skiff.dev/applied';

/** The record of the last write: a digest of all of it, and the keys that it set. */
interface Applied {
  readonly digest: string;
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
}

/** The outcome of the last try to bring the core Service about. */
export type Outcome =
  | { readonly reason: 'InSync' }
  | { readonly reason: 'NameTaken'; readonly by: OwnerReference | undefined }
  | { readonly reason: 'Refused'; readonly message: string };

/** Whether a core Service stands behind a Service of ours. */
export const backs = (core: Live<Service>, service: Live<ConceptService>): boolean => controllerOf(core)?.uid === service.metadata.uid;

/**
 * Returns the core Service to create behind a Service: its spec, labels and annotations, without a selector. The cluster's own controllers leave
 * the endpoints of a Service without one alone.
 */
export function backingService(service: Live<ConceptService>, owner: OwnerReference, digestOf: (text: string) => string): Service {
  const { selector: _, ...spec } = service.spec ?? {};
  const { [LAST_APPLIED]: _applied, ...annotations } = service.metadata.annotations ?? {};
  const { name, namespace, labels = {} } = service.metadata;
  const applied: Applied = {
    digest: digestOf(JSON.stringify([labels, annotations, spec])),
    labels: Object.keys(labels),
    annotations: Object.keys(annotations),
  };
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { ...labels },
    annotations: { ...annotations, [APPLIED]: JSON.stringify(applied) },
    ownerReferences: [owner],
  };
  return { metadata, spec };
}

/** Whether a core Service is as it was written, and nobody has changed it since. */
export const isApplied = (core: Live<Service>, wanted: Service): boolean =>
  holds(core.metadata.labels ?? {}, wanted.metadata?.labels ?? {}) &&
  holds(core.metadata.annotations ?? {}, wanted.metadata?.annotations ?? {}) &&
  holds(core.spec ?? {}, wanted.spec ?? {}) &&
  Object.keys(core.spec?.selector ?? {}).length === 0;

/**
 * Returns the core Service to write over the present one. Labels and annotations that others have set stay. Addresses and ports that the server
 * has allocated are left out: it keeps them.
 */
export function updatedService(core: Live<Service>, wanted: Service): Live<Service> {
  const before = appliedOf(core);
  const { loadBalancerClass } = core.spec ?? {};
  const keepsClass = wanted.spec?.type === 'LoadBalancer' && wanted.spec.loadBalancerClass === undefined && loadBalancerClass !== undefined;
  return {
    ...core,
    metadata: {
      ...core.metadata,
      labels: { ...without(core.metadata.labels, before?.labels), ...wanted.metadata?.labels },
      annotations: { ...without(core.metadata.annotations, before?.annotations), ...wanted.metadata?.annotations },
    },
    spec: { ...wanted.spec, ...(keepsClass ? { loadBalancerClass } : {}) },
  };
}

function appliedOf({ metadata }: Live<Service>): Applied | undefined {
  try {
    return JSON.parse(metadata.annotations?.[APPLIED] ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

function without(map: Readonly<Record<string, string>> | undefined, keys: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => !keys.includes(key)));
}

/** Whether a value has all that another one says; lists must be of one length. */
function holds(value: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(value) && value.length === wanted.length && wanted.every((item, i) => holds(value[i], item));
  }
  if (isObject(wanted)) return isObject(value) && Object.entries(wanted).every(([name, item]) => item === undefined || holds(value[name], item));
  return value === wanted;
}

/** Returns the status of a Service: the addresses of the core Service behind it, and a condition. */
export function serviceStatus(service: Live<ConceptService>, core: Live<Service> | undefined, outcome: Outcome, now: string): ConceptServiceStatus {
  const conditions = setReady(service.status?.conditions ?? [], conditionOfOutcome(service, outcome, now));
  if (!core) return { loadBalancer: {}, conditions };
  const { clusterIP, clusterIPs, ipFamilies, ports } = core.spec ?? {};
  return {
    loadBalancer: core.status?.loadBalancer ?? {},
    conditions,
    ...(clusterIP ? { clusterIP } : {}),
    ...(clusterIPs?.length ? { clusterIPs: [...clusterIPs] } : {}),
    ...(ipFamilies?.length ? { ipFamilies: [...ipFamilies] } : {}),
    ...(ports?.length ? { ports: ports.map(published) } : {}),
  };
}

const published = ({ name, port, protocol, nodePort }: PublishedPort): PublishedPort => ({
  ...(name ? { name } : {}),
  port,
  ...(protocol ? { protocol } : {}),
  ...(nodePort ? { nodePort } : {}),
});

function setReady(conditions: readonly Condition[], next: Condition): Condition[] {
  return withCondition(conditions, next).map((condition) =>
    condition.type === READY ? { ...condition, message: next.message, observedGeneration: next.observedGeneration } : condition,
  );
}

function conditionOfOutcome(service: Live<ConceptService>, outcome: Outcome, now: string): Condition {
  const common = { type: READY, reason: outcome.reason, lastTransitionTime: now, observedGeneration: service.metadata.generation };
  switch (outcome.reason) {
    case 'InSync':
      return { ...common, status: 'True', message: `the core Service ${service.metadata.name} carries the traffic` };
    case 'NameTaken':
      return { ...common, status: 'False', message: nameTaken(service.metadata.name, outcome.by) };
    case 'Refused':
      return { ...common, status: 'False', message: outcome.message };
  }
}

function nameTaken(name: string, by: OwnerReference | undefined): string {
  const holder = by ? `belongs to ${by.kind} ${by.name}` : 'belongs to somebody else';
  return `the core Service ${name} ${holder} and is left alone: delete it, or choose another name`;
}

/** Returns the message of a condition that has turned False, or says otherwise; undefined if that is known already. */
export function newFault(before: ConceptServiceStatus | undefined, after: ConceptServiceStatus): Condition | undefined {
  const condition = conditionOf(after.conditions, READY);
  const known = conditionOf(before?.conditions, READY);
  if (condition?.status !== 'False') return undefined;
  return known?.status === 'False' && known.message === condition.message ? undefined : condition;
}
