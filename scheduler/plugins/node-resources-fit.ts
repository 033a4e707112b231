import { DEVICE_CLASS_RESOURCE } from '../../api/pod/resources/resource-names.ts';
import type { PluginArguments } from '../config/plugin-arguments.ts';
import type { DeviceView } from '../state/device-view.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { PodInfo } from '../state/pod-info.ts';
import type { Resources } from '../state/resources.ts';
import { nodeChange } from './cluster-event.ts';
import type { Filter } from './plugin.ts';

interface Shortage {
  readonly reason: string;
  /** The node would be too small even if it were empty. */
  readonly hopeless: boolean;
}

const asksNothing = ({ milliCpu, memory, ephemeralStorage, scalars }: Resources) =>
  milliCpu === 0 && memory === 0 && ephemeralStorage === 0 && !scalars;

/** The resources that a node has too little of for a pod, in upstream's order. */
export function shortages({ requested }: PodInfo, node: NodeInfo, isIgnored: (resource: string) => boolean = () => false): readonly Shortage[] {
  const found: Shortage[] = [];
  if (node.pods.size + 1 > node.maxPods) found.push({ reason: 'Too many pods', hopeless: false });
  if (asksNothing(requested)) return found;
  const { allocatable, requested: used } = node;
  const check = (name: string, wanted: number, taken: number, all: number) => {
    if (wanted > 0 && wanted > all - taken) found.push({ reason: `Insufficient ${name}`, hopeless: wanted > all });
  };
  check('cpu', requested.milliCpu, used.milliCpu, allocatable.milliCpu);
  check('memory', requested.memory, used.memory, allocatable.memory);
  check('ephemeral-storage', requested.ephemeralStorage, used.ephemeralStorage, allocatable.ephemeralStorage);
  if (requested.scalars) {
    for (const [name, amount] of requested.scalars) {
      if (!isIgnored(name)) check(name, amount, used.scalars?.get(name) ?? 0, allocatable.scalars?.get(name) ?? 0);
    }
  }
  return found;
}

/** Keeps a pod off nodes that have too little left for its requests. Extended resources that the arguments ignore do not count. */
export function nodeResourcesFit({ ignoredResources, ignoredResourceGroups }: PluginArguments['NodeResourcesFit']): Filter {
  const resources = new Set(ignoredResources);
  const groups = new Set(ignoredResourceGroups);
  const isIgnored = (name: string) => name.includes('/') && (resources.has(name) || groups.has(name.slice(0, name.indexOf('/'))));
  const ignoring = resources.size + groups.size > 0 ? isIgnored : undefined;
  return {
    name: 'NodeResourcesFit',
    prepare:
      (pod, { devices }) =>
      (node) => {
        const isLeftOut = pod.requested.scalars && devices ? leavesToDevices(node, devices, ignoring) : ignoring;
        const found = shortages(pod, node, isLeftOut);
        if (found.length === 0) return undefined;
        return { reasons: found.map(({ reason }) => reason), preemptible: !found.some(({ hopeless }) => hopeless) };
      },
    events: ['NodeAdd', 'NodeUpdate', 'AssignedPodScaleDown', 'AssignedPodDelete', 'DeviceClassAdd', 'DeviceClassUpdate'],
    hint(event, { requested }) {
      if (event.name === 'AssignedPodDelete' || event.name === 'AssignedPodScaleDown') return true;
      if (event.name === 'DeviceClassAdd' || event.name === 'DeviceClassUpdate') {
        const { deviceClass, old } = event;
        const { extendedResourceName: name } = deviceClass.spec;
        if (!old && requested.scalars?.has(`${DEVICE_CLASS_RESOURCE}${deviceClass.metadata.name}`)) return true;
        return name !== undefined && name !== old?.spec.extendedResourceName && (requested.scalars?.has(name) ?? false);
      }
      const node = nodeChange(event, 'allocatable');
      return node !== undefined && requested.milliCpu <= node.allocatable.milliCpu && requested.memory <= node.allocatable.memory;
    },
  };
}

/** An extended resource that a node does not have is left to the plugin DynamicResources if devices stand for it. */
const leavesToDevices =
  ({ allocatable }: NodeInfo, devices: DeviceView, isIgnored: ((resource: string) => boolean) | undefined) =>
  (resource: string): boolean =>
    isIgnored?.(resource) || ((allocatable.scalars?.get(resource) ?? 0) === 0 && devices.classOfResource(resource) !== undefined);
