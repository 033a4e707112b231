import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { Endpoint, EndpointSlice, EndpointSlicePort } from '../../../api/kinds/discovery/endpoint-slice.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { OwnerReference } from '../../../api/meta/object-meta.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';
import { generateNameFor } from '../../_shared/generate-name.ts';
import { groupBy } from '../../_shared/group-by.ts';
import { sameText } from '../../_shared/pod-state.ts';
import { TRIGGER_TIME } from '../../_shared/service-pods/trigger-times.ts';

export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
export const SERVICE_NAME = 'kubernetes.io/service-name';
export const HEADLESS = 'service.kubernetes.io/headless';
const RESERVED = new Set([MANAGED_BY, SERVICE_NAME, HEADLESS]);
/** Limits the endpoints of a slice; further ones go into another. */
export const PER_SLICE = 100;

/** Endpoints that share family and ports: what one or more slices hold. */
export interface SliceGroup {
  readonly addressType: string;
  readonly ports: readonly EndpointSlicePort[];
  readonly endpoints: readonly Endpoint[];
}

/** The properties that all slices of an owner share. */
export interface SliceFrame {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly owner: OwnerReference;
  readonly trigger: string | undefined;
  /** Annotations beside the trigger; left out, those of each slice stay as they are. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Set if the owner is terminating: no slice is created any more. */
  readonly closing?: boolean;
}

export interface SlicePlan {
  readonly create: readonly EndpointSlice[];
  readonly update: readonly Live<EndpointSlice>[];
  readonly remove: readonly Live<EndpointSlice>[];
}

/** The owner's labels, and those by which slices are found. */
export function sliceLabels(
  labels: Readonly<Record<string, string>> | undefined,
  serviceName: string,
  managedBy: string,
  headless: boolean,
): Record<string, string> {
  const kept = Object.entries(labels ?? {}).filter(([key]) => !RESERVED.has(key));
  return { ...Object.fromEntries(kept), ...(headless ? { [HEADLESS]: '' } : {}), [SERVICE_NAME]: serviceName, [MANAGED_BY]: managedBy };
}

/** The order of the ports does not matter. */
const groupKey = (addressType: string, ports: readonly EndpointSlicePort[] | undefined): string =>
  [
    addressType,
    ...(ports ?? []).map(({ name = '', port, protocol, appProtocol }) => JSON.stringify([name, port, protocol, appProtocol])).sort(),
  ].join();

/** Returns the identity of an endpoint, without its state. */
const identity = (endpoint: Endpoint): string =>
  JSON.stringify([endpoint.addresses, endpoint.targetRef?.uid ?? endpoint.targetRef?.name, endpoint.hostname, endpoint.nodeName]);

/**
 * Fits the endpoints into the existing slices with as few writes as possible. Each stays in its slice. Room in slices that change anyway
 * is filled first, the fullest first; then the fullest slice that takes the whole rest; then new slices are created, in place of slices
 * that are no longer needed, if there are any. A service without endpoints has one empty slice per family, so that clients can tell it
 * from a service that has not been reconciled yet. Slices of a former owner of the same name are deleted.
 */
export function planSlices(
  frame: SliceFrame,
  families: readonly string[],
  groups: readonly SliceGroup[],
  existing: readonly Live<EndpointSlice>[],
): SlicePlan {
  const create: EndpointSlice[] = [];
  const update: Live<EndpointSlice>[] = [];
  const remove: Live<EndpointSlice>[] = [];
  const wanted = new Map<string, SliceGroup>();
  for (const group of groups) {
    if (group.endpoints.length === 0) continue;
    const key = groupKey(group.addressType, group.ports);
    const same = wanted.get(key);
    wanted.set(key, same ? { ...same, endpoints: [...same.endpoints, ...group.endpoints] } : group);
  }
  for (const addressType of families) {
    if (![...wanted.values()].some((group) => group.addressType === addressType)) {
      wanted.set(groupKey(addressType, []), { addressType, ports: [], endpoints: [] });
    }
  }
  const staying = existing.filter((slice) => !isDeleting(slice));
  const own = staying.filter((slice) => isOwnedBy(slice, frame.owner));
  const there = groupBy(own, (slice) => groupKey(slice.addressType, slice.ports));
  for (const [key, slices] of there) if (!wanted.has(key)) remove.push(...slices);
  for (const [key, group] of wanted) fitGroup(frame, group, there.get(key) ?? [], { create, update, remove });
  const foreign = staying.filter((slice) => !isOwnedBy(slice, frame.owner));
  const reused = reuse(frame, { create: frame.closing ? [] : create, update, remove });
  return { ...reused, remove: [...reused.remove, ...foreign] };
}

const isOwnedBy = (slice: Live<EndpointSlice>, owner: OwnerReference): boolean =>
  slice.metadata.ownerReferences?.some(({ uid }) => uid === owner.uid) ?? false;

/** A slice that would go becomes one that would be made: one write for two, and no moment without either. */
function reuse(frame: SliceFrame, { create, update, remove }: Output): Output {
  const left = [...create];
  const going: Live<EndpointSlice>[] = [];
  const changed = [...update];
  for (const live of remove) {
    const index = left.findLastIndex(({ addressType }) => addressType === live.addressType);
    const [next] = index < 0 ? [] : left.splice(index, 1);
    if (next) changed.push({ ...updated(frame, { live, endpoints: next.endpoints ?? [], changed: true }), ports: next.ports ?? [] });
    else going.push(live);
  }
  return { create: left, update: changed, remove: going };
}

interface Fitted {
  readonly live: Live<EndpointSlice>;
  endpoints: Endpoint[];
  changed: boolean;
}

interface Output {
  readonly create: EndpointSlice[];
  readonly update: Live<EndpointSlice>[];
  readonly remove: Live<EndpointSlice>[];
}

function fitGroup(frame: SliceFrame, group: SliceGroup, slices: readonly Live<EndpointSlice>[], out: Output): void {
  const left = new Map(group.endpoints.map((endpoint) => [identity(endpoint), endpoint]));
  const fitted: Fitted[] = slices.map((live) => {
    const endpoints: Endpoint[] = [];
    let changed = !sameText(live.metadata.labels, frame.labels) || !sameAnnotations(frame, live);
    for (const endpoint of live.endpoints ?? []) {
      const key = identity(endpoint);
      const next = left.get(key);
      left.delete(key);
      if (next) endpoints.push(next);
      if (!next || !semanticallyEqual(endpoint, next)) changed = true;
    }
    return { live, endpoints, changed };
  });
  const rest = [...left.values()];
  fitted.sort((a, b) => b.endpoints.length - a.endpoints.length);
  for (const slice of fitted) {
    if (slice.changed && slice.endpoints.length > 0) slice.endpoints.push(...rest.splice(0, PER_SLICE - slice.endpoints.length));
  }
  if (rest.length > 0 && rest.length <= PER_SLICE) {
    const fullest = fitted.find((slice) => slice.endpoints.length + rest.length <= PER_SLICE);
    if (fullest) {
      fullest.endpoints.push(...rest.splice(0));
      fullest.changed = true;
    }
  }
  let holders = 0;
  for (const slice of fitted) {
    // The empty slice of a service without endpoints stays; every other empty one is deleted.
    const keep = slice.endpoints.length > 0 || (group.endpoints.length === 0 && holders === 0);
    if (!keep) out.remove.push(slice.live);
    else if (slice.changed) out.update.push(updated(frame, slice));
    if (keep) holders++;
  }
  while (rest.length > 0) out.create.push(sliceOf(frame, group, rest.splice(0, PER_SLICE)));
  if (group.endpoints.length === 0 && holders === 0) out.create.push(sliceOf(frame, group, []));
}

function withoutTrigger(annotations: Readonly<Record<string, string>> | undefined): Record<string, string> {
  const { [TRIGGER_TIME]: _, ...kept } = annotations ?? {};
  return kept;
}

const sameAnnotations = ({ annotations }: SliceFrame, live: Live<EndpointSlice>): boolean =>
  annotations === undefined || sameText(withoutTrigger(live.metadata.annotations), annotations);

function annotationsOf({ annotations, trigger }: SliceFrame, before: Readonly<Record<string, string>> | undefined): Record<string, string> {
  const kept = annotations ?? withoutTrigger(before);
  return trigger === undefined ? { ...kept } : { ...kept, [TRIGGER_TIME]: trigger };
}

function updated(frame: SliceFrame, { live, endpoints }: Fitted): Live<EndpointSlice> {
  const metadata = { ...live.metadata, labels: { ...frame.labels }, annotations: annotationsOf(frame, live.metadata.annotations) };
  return { ...live, metadata, endpoints };
}

function sliceOf(frame: SliceFrame, group: SliceGroup, endpoints: Endpoint[]): EndpointSlice {
  const annotations = annotationsOf(frame, undefined);
  return {
    metadata: {
      generateName: generateNameFor(frame.name),
      ...(frame.namespace === undefined ? {} : { namespace: frame.namespace }),
      labels: { ...frame.labels },
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
      ownerReferences: [frame.owner],
    },
    addressType: group.addressType,
    endpoints,
    ports: [...group.ports],
  };
}

/** The address families a service has endpoints of. */
export function familiesOf(service: Service): string[] {
  const families = service.spec?.ipFamilies ?? [];
  return families.length > 0 ? [...families] : ['IPv4'];
}
