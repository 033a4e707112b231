import type { DeviceRequest, DeviceSelector, DeviceSubRequest, DeviceToleration, ExactDeviceRequest } from '../../api/kinds/resource/device-claim.ts';
import { MAX_CLAIM_DEVICES } from '../../api/kinds/resource/device-claim.ts';
import type { DeviceClass } from '../../api/kinds/resource/device-class.ts';
import type { ResourceClaim } from '../../api/kinds/resource/resource-claim.ts';
import type { Live } from '../../api/meta/object.ts';
import type { SelectableNode } from '../../api/pod/placement/node-affinity.ts';
import type { Steps } from '../../base/steps.ts';
import type { AllocatedDevices } from './allocated-devices.ts';
import { hasCapacityFor } from './capacity.ts';
import type { ChosenUnder } from './constraints.ts';
import { startConstraint } from './constraints.ts';
import { reaches } from './node-match.ts';
import type { Pool, PoolDevice } from './pool.ts';
import type { DeviceSelections } from './selectors.ts';

export type Claim = Live<ResourceClaim>;

/** The number of devices that are looked at between two pauses. */
const DEVICES_PER_STEP = 64;

/** One way to meet a request: the request itself, or one of its alternatives. */
export interface RequestPlan {
  /** `request` or `request/alternative` */
  readonly reference: string;
  /** Its own name, without that of the request whose alternative it is. */
  readonly name: string;
  readonly deviceClass: Live<DeviceClass>;
  readonly count: number;
  /** The devices that a request for all devices asks for; undefined for one of an exact count. */
  readonly all: readonly PoolDevice[] | undefined;
  readonly adminAccess: boolean;
  readonly tolerations: readonly DeviceToleration[] | undefined;
  readonly capacity: Readonly<Record<string, string>> | undefined;
  /** Whether the selectors of class and request accept the device, and the node can use it. @throws Error in upstream's words */
  accepts(device: PoolDevice): boolean;
}

export interface ClaimPlan {
  readonly claim: Claim;
  /** For each request its plans, the best first. */
  readonly requests: readonly (readonly RequestPlan[])[];
  readonly constraints: readonly ChosenUnder[];
}

export interface PlanningInput {
  readonly node: SelectableNode;
  readonly pools: readonly Pool[];
  readonly classes: (name: string) => Live<DeviceClass> | undefined;
  readonly selections: DeviceSelections;
  readonly allocated: AllocatedDevices;
}

const keyText = ({ metadata }: Claim): string => `${metadata.namespace}/${metadata.name}`;

/** Checks a claim before the search and gathers the devices of its requests for all. @throws Error in upstream's words if it cannot be met anywhere */
export function* planClaim(claim: Claim, input: PlanningInput): Steps<ClaimPlan> {
  const { requests, constraints = [] } = claim.spec.devices ?? {};
  const plans: (readonly RequestPlan[])[] = [];
  let atLeast = 0;
  for (const request of requests ?? []) {
    const alternatives: RequestPlan[] = [];
    for (const [own, reference] of alternativesOf(request)) alternatives.push(yield* planRequest(claim, own, reference, input));
    plans.push(alternatives);
    atLeast += Math.min(...alternatives.map(({ count }) => count));
  }
  if (atLeast > MAX_CLAIM_DEVICES) {
    throw new Error(`claim ${keyText(claim)}: number of requested devices ${atLeast} exceeds the claim limit of ${MAX_CLAIM_DEVICES}`);
  }
  return {
    claim,
    requests: plans,
    constraints: constraints.map((constraint, index) => {
      const started = startConstraint(constraint);
      if (!started) throw new Error(`claim ${keyText(claim)}, constraint #${index}: empty constraint (unsupported constraint type?)`);
      return started;
    }),
  };
}

type OwnRequest = (ExactDeviceRequest | DeviceSubRequest) & { readonly name: string };

function alternativesOf({ name, exactly, firstAvailable = [] }: DeviceRequest): readonly (readonly [OwnRequest, string])[] {
  if (firstAvailable.length > 0) return firstAvailable.map((alternative) => [alternative, `${name}/${alternative.name}`]);
  return [[{ deviceClassName: '', ...exactly, name }, name]];
}

function* planRequest(claim: Claim, request: OwnRequest, reference: string, input: PlanningInput): Steps<RequestPlan> {
  const { name, deviceClassName, selectors = [], allocationMode = 'ExactCount' } = request;
  const where = `claim ${keyText(claim)}, request ${name}`;
  const empty = selectors.findIndex(({ cel }) => !cel);
  if (empty >= 0) throw new Error(`${where}, selector #${empty}: CEL expression empty (unsupported selector type?)`);
  if (deviceClassName === '') throw new Error(`${where}: missing device class name (unsupported request type?)`);
  const deviceClass = input.classes(deviceClassName);
  if (!deviceClass) {
    const why = `deviceclass.resource.k8s.io ${JSON.stringify(deviceClassName)} not found`;
    throw new Error(`${where}: could not retrieve device class ${deviceClassName}: ${why}`);
  }
  const plan = {
    reference,
    name,
    deviceClass,
    adminAccess: 'adminAccess' in request && request.adminAccess === true,
    tolerations: request.tolerations,
    capacity: request.capacity?.requests,
    accepts: acceptance(claim, deviceClass, selectors, input),
  };
  if (allocationMode === 'ExactCount') return { ...plan, count: request.count ?? 1, all: undefined };
  if (allocationMode !== 'All') throw new Error(`${where}: unsupported count mode ${allocationMode}`);
  const all: PoolDevice[] = [];
  let seen = 0;
  for (const pool of input.pools) {
    if (pool.state === 'incomplete') throw new Error(`${where}: asks for all devices, but resource pool ${pool.id} is currently being updated`);
    if (pool.state === 'invalid') throw new Error(`${where}: asks for all devices, but resource pool ${pool.id} is currently invalid`);
    for (const device of pool.devices) {
      if (++seen % DEVICES_PER_STEP === 0) yield;
      if (plan.accepts(device) && hasCapacityFor(plan.capacity, device.device, input.allocated.consumed(device.id))) all.push(device);
    }
  }
  return { ...plan, count: all.length, all };
}

/** Returns the test of a device, whose answers are kept. */
function acceptance(claim: Claim, { metadata, spec }: Live<DeviceClass>, selectors: readonly DeviceSelector[], { node, selections }: PlanningInput) {
  const answers = new Map<PoolDevice, boolean>();
  const meets = (device: PoolDevice, own: readonly DeviceSelector[] | undefined, owner: string): boolean =>
    (own ?? []).every(({ cel }, index) => {
      const selection = selections(cel?.expression ?? '');
      if (selection.fault !== undefined) throw new Error(`${owner}: selector #${index}: CEL compile error: ${selection.fault}`);
      try {
        return selection.matches(device);
      } catch (error) {
        throw new Error(`${owner}: selector #${index}: CEL runtime error: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
  return (device: PoolDevice): boolean => {
    let answer = answers.get(device);
    if (answer === undefined) {
      answer =
        meets(device, spec.selectors, `class ${metadata.name}`) &&
        meets(device, selectors, `claim ${keyText(claim)}`) &&
        (!device.slice.spec.perDeviceNodeSelection || reaches(device.device, node));
      answers.set(device, answer);
    }
    return answer;
  };
}
