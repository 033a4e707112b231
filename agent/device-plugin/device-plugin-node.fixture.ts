import { expect } from '@jest/globals';
import type { Clock } from '../../base/clock.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import type { NodeDevicePlugins } from '../agent-device-plugins.ts';
import { createNodeDevicePlugins } from '../agent-device-plugins.ts';

/** A node's side of device plugins, and what it tells the rest of the agent. */
export interface DevicePluginNode extends NodeDevicePlugins {
  /** The pods whose devices are not free. */
  readonly holders: Set<string>;
  /** The pods whose status was to be made anew. */
  readonly woken: string[];
  /** Returns the number of times that the node's status was to be made anew. */
  reports(): number;
  end(): void;
}

/** Begins an agent, with what an earlier one has left in the directory. */
export async function beginNode(root: string, clock: Clock = systemClock): Promise<DevicePluginNode> {
  const ending = new AbortController();
  const holders = new Set<string>();
  const woken: string[] = [];
  let reports = 0;
  const node = createNodeDevicePlugins({
    root,
    clock,
    log: silentLogger,
    isHolder: (uid) => holders.has(uid),
    wakePod: (uid) => woken.push(uid),
    reportNode: () => reports++,
    signal: ending.signal,
  });
  await node.begin(ending.signal);
  return { ...node, holders, woken, reports: () => reports, end: () => ending.abort() };
}

/** Waits for a fact, at most a minute. */
export async function until(fact: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = systemClock.monotonic() + 60_000;
  while (!(await fact()) && systemClock.monotonic() < deadline) await new Promise((resolve) => systemClock.after(10, () => resolve(undefined)));
  expect(await fact()).toBe(true);
}

/** The resources that the node shows: `example.com/gpu 1/2`, allocatable first. */
export async function shown(node: NodeDevicePlugins): Promise<string> {
  const { capacity, allocatable } = await node.resources();
  return Object.entries(capacity)
    .map(([name, amount]) => `${name} ${allocatable[name]}/${amount}`)
    .join();
}
