import type { AllocationResult, DeviceAllocationConfiguration, DeviceRequestAllocationResult } from '../../api/kinds/resource/allocation.ts';
import type { NodeSelector, NodeSelectorRequirement } from '../../api/pod/placement/affinity.ts';
import { equalJson } from '../../base/json.ts';
import type { ClaimPlan, RequestPlan } from './request-plan.ts';
import type { ChosenDevice } from './search.ts';

/** Writes the devices of a claim down as the claim's status has them, with configuration and node selector. */
export function allocationResult(plan: ClaimPlan, chosen: readonly ChosenDevice[], node: string, newShareId: () => string): AllocationResult {
  const config = configurationOf(plan, selectedPlans(plan, chosen));
  const nodeSelector = nodeSelectorOf(chosen, node);
  return {
    devices: {
      ...(chosen.length > 0 && { results: chosen.map((each) => resultOf(each, newShareId)) }),
      ...(config.length > 0 && { config }),
    },
    ...(nodeSelector && { nodeSelector }),
  };
}

function resultOf({ plan, device: { device, slice }, share }: ChosenDevice, newShareId: () => string): DeviceRequestAllocationResult {
  const { bindingConditions, bindingFailureConditions, name } = device;
  return {
    request: plan.reference,
    driver: slice.spec.driver,
    pool: slice.spec.pool.name,
    device: name,
    ...(plan.adminAccess && { adminAccess: true }),
    ...(plan.tolerations?.length && { tolerations: [...plan.tolerations] }),
    ...(bindingConditions && { bindingConditions }),
    ...(bindingFailureConditions && { bindingFailureConditions }),
    ...(share && { shareID: newShareId() }),
    ...(share && Object.keys(share).length > 0 && { consumedCapacity: { ...share } }),
  };
}

/** Returns the plan of each request that was chosen: one without devices was met by its first. */
const selectedPlans = ({ requests }: ClaimPlan, chosen: readonly ChosenDevice[]): readonly (RequestPlan | undefined)[] => {
  const used = new Set(chosen.map(({ plan }) => plan));
  return requests.map((alternatives) => alternatives.find((plan) => used.has(plan)) ?? alternatives[0]);
};

/** The configuration of each class once, with the requests that it is for; then that of the claim, once per request that it is for. */
function configurationOf({ claim }: ClaimPlan, selected: readonly (RequestPlan | undefined)[]): DeviceAllocationConfiguration[] {
  const result: DeviceAllocationConfiguration[] = [];
  const byClass = new Map<string, string[]>();
  for (const plan of selected) {
    if (!plan) continue;
    const { metadata, spec } = plan.deviceClass;
    const known = byClass.get(metadata.name);
    if (known) {
      known.push(plan.reference);
      continue;
    }
    const requests = [plan.reference];
    byClass.set(metadata.name, requests);
    for (const config of spec.config ?? []) result.push({ source: 'FromClass', requests, ...config });
  }
  const { requests: asked = [], config = [] } = claim.spec.devices ?? {};
  for (const { requests, ...own } of config) {
    const add = () => result.push({ source: 'FromClaim', ...(requests?.length && { requests }), ...own });
    if (!requests?.length) add();
    else {
      for (const [index, { name }] of (asked ?? []).entries()) {
        if (requests.includes(name) || requests.includes(selected[index]?.reference ?? name)) add();
      }
    }
  }
  return result;
}

/** Returns the nodes on which all the devices can be used; undefined if that is all of them. */
function nodeSelectorOf(chosen: readonly ChosenDevice[], node: string): NodeSelector | undefined {
  const matchFields: NodeSelectorRequirement[] = [];
  const matchExpressions: NodeSelectorRequirement[] = [];
  for (const { device } of chosen) {
    const { nodeName, nodeSelector } = device.slice.spec.perDeviceNodeSelection ? device.device : device.slice.spec;
    if (nodeName !== undefined || device.device.bindsToNode) {
      return { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }] };
    }
    const [term] = nodeSelector?.nodeSelectorTerms ?? [];
    addNew(matchFields, term?.matchFields);
    addNew(matchExpressions, term?.matchExpressions);
  }
  if (matchFields.length === 0 && matchExpressions.length === 0) return undefined;
  const term = { ...(matchFields.length > 0 && { matchFields }), ...(matchExpressions.length > 0 && { matchExpressions }) };
  return { nodeSelectorTerms: [term] };
}

function addNew(to: NodeSelectorRequirement[], from: readonly NodeSelectorRequirement[] | undefined): void {
  const sorted = ({ values = [] }: NodeSelectorRequirement) => [...new Set(values)].sort();
  for (const requirement of from ?? []) {
    const { key, operator } = requirement;
    const isKnown = to.some((known) => known.key === key && known.operator === operator && equalJson(sorted(known), sorted(requirement)));
    if (!isKnown) to.push(requirement);
  }
}
