import type { Device, ResourceSliceSpec } from '../../api/kinds/resource/device.ts';
import type { NodeSelector } from '../../api/pod/placement/affinity.ts';
import type { NodePredicate, SelectableNode } from '../../api/pod/placement/node-affinity.ts';
import { compileNodeSelector } from '../../api/pod/placement/node-affinity.ts';

const compiled = new WeakMap<NodeSelector, NodePredicate>();

/** Whether a node is one of a selector's. Selectors are compiled once. */
export function isSelected(selector: NodeSelector, node: SelectableNode): boolean {
  let matches = compiled.get(selector);
  if (!matches) {
    matches = compileNodeSelector(selector);
    compiled.set(selector, matches);
  }
  return matches(node);
}

type Reach = Pick<Device, 'nodeName' | 'allNodes' | 'nodeSelector'>;

/** Whether a node can use what says so by these fields. */
export function reaches({ nodeName, allNodes, nodeSelector }: Reach, node: SelectableNode): boolean {
  if (nodeName) return nodeName === node.name;
  if (allNodes) return true;
  return nodeSelector !== undefined && isSelected(nodeSelector, node);
}

/** Whether a slice is for a node: it has counters, or the node can use at least one of its devices. */
export function concerns(spec: ResourceSliceSpec, node: SelectableNode): boolean {
  if ((spec.sharedCounters?.length ?? 0) > 0) return true;
  if (spec.perDeviceNodeSelection) return spec.devices?.some((device) => reaches(device, node)) ?? false;
  return reaches(spec, node);
}
