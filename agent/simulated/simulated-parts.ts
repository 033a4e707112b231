import { join } from 'node:path';
import type { CgroupManager } from '../contract/cgroups.ts';
import type { DynamicResources } from '../contract/dynamic-resources.ts';
import type { LocalVolumes } from '../contract/local-volumes.ts';
import type { PluginDevices } from '../contract/plugin-devices.ts';
import { NO_DEVICE_SETTINGS } from '../contract/plugin-devices.ts';
import type { PodVolumes } from '../contract/pod-volumes.ts';
import type { ProbeOutcome, ProbeTransport } from '../contract/probe-transport.ts';

/** The parts of a simulated node beside its runtime: nothing is mounted or limited, and every probe succeeds. */
export const noVolumes: PodVolumes = {
  setUp: () => Promise.resolve(),
  mounts: () => Promise.resolve([]),
  devices: () => [],
  emptyDir: () => undefined,
  podChanged: () => {},
  imagesInUse: () => Promise.resolve(new Set()),
  measurable: () => [],
  tearDown: () => Promise.resolve(),
};

/** The directories of volumes on a simulated node, which has none: they exist in name. */
export const noLocalVolumes = (root: string): LocalVolumes => ({
  make: (name) => Promise.resolve(join(root, name)),
  delete: () => Promise.resolve(),
});

/** Devices on a simulated node: claims count as prepared at once. */
export const noDynamicResources: DynamicResources = {
  prepare: () => Promise.resolve(),
  devices: () => Promise.resolve([]),
  unprepare: () => Promise.resolve(),
  health: () => [],
  held: () => [],
};

/** A simulated node has no device plugins. Extended resources that others have added to it are numbers alone. */
export const noPluginDevices: PluginDevices = {
  concerns: () => false,
  allocate: () => Promise.resolve(),
  settings: () => Promise.resolve(NO_DEVICE_SETTINGS),
  health: () => [],
  held: () => [],
  healthy: () => [],
};

export const noCgroups: CgroupManager = {
  version: 1,
  hugePageSizes: [],
  apply: () => Promise.resolve(false),
  remove: () => Promise.resolve(),
  list: () => Promise.resolve([]),
  memoryUsage: () => Promise.resolve(undefined),
  processes: () => Promise.resolve(undefined),
  statistics: () => Promise.resolve(undefined),
  machinePressure: () => Promise.resolve(undefined),
  someProcess: () => Promise.resolve(undefined),
};

const OK: ProbeOutcome = { ok: true, message: '' };

export const simulatedTransport: ProbeTransport = {
  http: () => Promise.resolve(OK),
  hook: () => Promise.resolve(OK),
  tcp: () => Promise.resolve(OK),
  grpc: () => Promise.resolve(OK),
  exec: () => Promise.resolve(OK),
};
