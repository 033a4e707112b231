import { randomUUID } from 'node:crypto';
import type { ContainerExtendedResourceRequest, Pod } from '../../api/kinds/core/pod/index.ts';
import type { AllocationResult } from '../../api/kinds/resource/allocation.ts';
import { EXTENDED_RESOURCE_CLAIM_ANNOTATION } from '../../api/kinds/resource/annotations.ts';
import { foreignClaim, podClaimName } from '../../api/kinds/resource/pod-claims.ts';
import type { Live } from '../../api/meta/object.ts';
import { isDeviceResource } from '../../api/pod/resources/resource-names.ts';
import type { Steps } from '../../base/steps.ts';
import type { Allocation } from '../devices/allocator.ts';
import { createAllocator } from '../devices/allocator.ts';
import { isSelected } from '../devices/node-match.ts';
import type { Claim } from '../devices/request-plan.ts';
import type { DeviceView } from '../state/device-view.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { PodInfo } from '../state/pod-info.ts';
import { bindingState, isBindingOverdue } from './binding-conditions.ts';
import type { ExtendedRequests } from './extended-claim.ts';
import { extendedRequests } from './extended-claim.ts';
import type { Rejection } from './plugin.ts';
import { reject } from './plugin.ts';

/** The name of a claim for extended resources before it is written: no claim of the API can have it. */
const UNWRITTEN = '<extended-resources>';

/** The devices that a pod gets on a node. */
export interface NodeDevices {
  /** Claims that are still to be allocated, with their allocations. A claim for extended resources is the last. */
  readonly allocations: readonly { readonly claim: Claim; readonly allocation: AllocationResult }[];
  /** The claim that stands for extended resources of the pod on this node; it is still to be written. */
  readonly extended: { readonly claim: Claim; readonly mappings: readonly ContainerExtendedResourceRequest[] } | undefined;
}

/** The claims of a pod, and what they come to on the nodes. It holds as long as the view has the same version. */
export interface PodDevices {
  /** The claims that the pod names. */
  readonly claims: readonly Claim[];
  /** The claim that an earlier attempt has left for its extended resources. */
  readonly leftover: Claim | undefined;
  readonly asksForResources: boolean;
  /** Why no node can have the pod as things are. */
  readonly refusal: string | undefined;
  /** Allocated claims that kept the pod off some node. */
  readonly unavailable: ReadonlySet<Claim>;
  /** The outcome of an earlier search on a node. */
  known(node: NodeInfo): NodeDevices | Rejection | undefined;
  /** Searches for devices on a node; the outcome is kept. @throws Error in upstream's words if a claim or class is at fault */
  onNode(node: NodeInfo): Steps<NodeDevices | Rejection>;
}

export interface PodDevicesOptions {
  readonly view: DeviceView;
  readonly bindingTimeoutMs: number;
}

/** Finds the claims of a pod (upstream's foreachPodResourceClaim). @returns a text if one is missing */
export function claimsOfPod(pod: Live<Pod>, view: Pick<DeviceView, 'claim'>): readonly Claim[] | string {
  const claims: Claim[] = [];
  for (const entry of pod.spec?.resourceClaims ?? []) {
    const found = podClaimName(pod, entry);
    if (found.state === 'missing') return found.message;
    if (found.state === 'unneeded') continue;
    const claim = view.claim(pod.metadata.namespace ?? '', found.name);
    if (!claim) return `could not find ResourceClaim ${JSON.stringify(`${pod.metadata.namespace}/${found.name}`)}`;
    if (claim.metadata.deletionTimestamp !== undefined) return `resourceclaim ${JSON.stringify(found.name)} is being deleted`;
    const foreign = found.generated ? foreignClaim(pod, claim) : undefined;
    if (foreign !== undefined) return foreign;
    claims.push(claim);
  }
  return claims;
}

/** Whether devices may stand for a resource that a pod asks for. */
const hasDeviceResource = ({ requested }: PodInfo, view: DeviceView): boolean => {
  for (const [name, amount] of requested.scalars ?? []) if (amount > 0 && isDeviceResource(name) && view.classOfResource(name)) return true;
  return false;
};

/** Whether a pod names claims, or asks for extended resources that devices stand for. */
export const usesDevices = (info: PodInfo, view: DeviceView): boolean =>
  (info.pod.spec?.resourceClaims?.length ?? 0) > 0 || hasDeviceResource(info, view);

/** Returns undefined if the pod turns out to need no claims, and asks for no extended resources that devices stand for. */
export function podDevicesOf(info: PodInfo, { view, bindingTimeoutMs }: PodDevicesOptions): PodDevices | undefined {
  const found = claimsOfPod(info.pod, view);
  const claims = typeof found === 'string' ? [] : found;
  const asksForResources = hasDeviceResource(info, view);
  if (typeof found !== 'string' && claims.length === 0 && !asksForResources) return undefined;
  const leftover = asksForResources ? view.extendedClaim(info.uid) : undefined;
  const unavailable = new Set<Claim>();
  const known = new Map<NonNullable<NodeInfo['node']>, NodeDevices | Rejection>();
  const pending = claims.filter(({ status }) => !status?.allocation);
  const allocator = createAllocator({
    classes: view.deviceClass,
    selections: view.selections,
    allocated: view.allocated,
    newShareId: randomUUID,
  });

  const isAvailable = (claim: Claim, node: NodeInfo): boolean => {
    const allocation = claim.status?.allocation;
    if (!allocation) return true;
    if (allocation.nodeSelector && !isSelected(allocation.nodeSelector, node)) return false;
    const state = bindingState(claim);
    return state.type === 'ready' || (state.type === 'waiting' && !isBindingOverdue(claim, bindingTimeoutMs, view.clock.now()));
  };
  const extended = (node: NodeInfo): NodeDevices['extended'] | Rejection => {
    if (!asksForResources) return undefined;
    if (leftover) return reject('cannot schedule extended resource claim', false);
    const classes = deviceResources(info, node, view);
    if (!classes) return reject('cannot fit resource', false);
    return classes.size === 0 ? undefined : draftOf(info, extendedRequests(info.pod, classes));
  };
  function* search(node: NodeInfo): Steps<NodeDevices | Rejection> {
    const own = extended(node);
    if (own && 'reasons' in own) return own;
    const gone = claims.filter((claim) => !isAvailable(claim, node));
    const wanted = own ? [...pending, own.claim] : pending;
    const outcome: Allocation = wanted.length === 0 ? NOTHING : yield* allocator.allocate(wanted, node, view.poolsOn(node));
    if (outcome.type === 'invalid pools') return reject('invalid resource pools were encountered', false);
    if (outcome.type === 'none') return reject('cannot allocate all claims', false);
    for (const claim of gone) unavailable.add(claim);
    if (gone.length > 0) return reject('resourceclaim not available on the node', false);
    const { results } = outcome;
    return { extended: own, allocations: wanted.flatMap((claim, index) => (results[index] ? [{ claim, allocation: results[index] }] : [])) };
  }

  return {
    claims,
    leftover,
    asksForResources,
    refusal: typeof found === 'string' ? found : refusalOf(pending, view),
    unavailable,
    known: (node) => node.node && known.get(node.node),
    *onNode(node) {
      const outcome = yield* search(node);
      if (node.node) known.set(node.node, outcome);
      return outcome;
    },
  };
}

const NOTHING: Allocation = { type: 'allocated', results: [] };

/** Returns why claims that are not allocated cannot be allocated now on any node. @throws Error in upstream's words */
function refusalOf(pending: readonly Claim[], view: DeviceView): string | undefined {
  for (const { metadata, spec } of pending) {
    const name = `${metadata.namespace}/${metadata.name}`;
    if (view.isBeingAllocated(metadata.uid)) return `resource claim ${name} is in the process of being allocated`;
    for (const { name: request, exactly, firstAvailable = [] } of spec.devices?.requests ?? []) {
      const asked = exactly
        ? [[request, exactly.deviceClassName] as const]
        : firstAvailable.map((alternative) => [`${request}/${alternative.name}`, alternative.deviceClassName] as const);
      if (asked.length === 0) return `resource claim ${name}, request ${request}: unknown request type`;
      for (const [reference, className] of asked) {
        if (className === '') throw new Error(`running PreFilter plugin "DynamicResources": request ${reference}: unsupported request type`);
        if (!view.deviceClass(className)) return `request ${reference}: device class ${className} does not exist`;
      }
    }
  }
  return undefined;
}

/** Returns the pod's resources that devices stand for on a node, with their classes; undefined if the node has none of a resource. */
function deviceResources({ requested }: PodInfo, { allocatable }: NodeInfo, view: DeviceView): ReadonlyMap<string, string> | undefined {
  const classes = new Map<string, string>();
  for (const [name, amount] of requested.scalars ?? []) {
    if (amount === 0 || !isDeviceResource(name)) continue;
    const deviceClass = view.classOfResource(name);
    if (deviceClass && (allocatable.scalars?.get(name) ?? 0) === 0) classes.set(name, deviceClass.metadata.name);
    else if (!allocatable.scalars?.has(name)) return undefined;
  }
  return classes;
}

function draftOf({ pod, uid }: PodInfo, { requests, mappings }: ExtendedRequests): NonNullable<NodeDevices['extended']> {
  const { name, namespace } = pod.metadata;
  const claim: Claim = {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: {
      name: UNWRITTEN,
      namespace,
      generateName: `${name}-extended-resources-`,
      uid: `${UNWRITTEN}/${uid}`,
      resourceVersion: '0',
      creationTimestamp: '',
      annotations: { [EXTENDED_RESOURCE_CLAIM_ANNOTATION]: 'true' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid, controller: true }],
    },
    spec: { devices: { requests: [...requests] } },
  };
  return { claim, mappings };
}
