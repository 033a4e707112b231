import type { CgroupStatistics } from '../../contract/cgroup-statistics.ts';
import type { Pressure, PressureLevel, Pressures } from '../../contract/pressure.ts';
import type { CpuRates } from './cpu-rates.ts';
import type { MachineUsage } from './machine-usage.ts';
import type { InterfaceUsage } from './network-usage.ts';
import type { ContainerUsage } from './node-usage.ts';
import { totalOf } from './node-usage.ts';

// The parts of which the objects of /stats/summary consist (staging/src/k8s.io/kubelet/pkg/apis/stats/v1alpha1/types.go).

export const timeOf = (ms: number): string => new Date(ms).toISOString();

const levelOf = ({ totalMicroseconds, avg10, avg60, avg300 }: PressureLevel) => ({ total: totalMicroseconds, avg10, avg60, avg300 });

/** Returns the `psi` of a resource. Its totals are the kernel's microseconds: kubelet hands these on too, whatever the field's description says. */
const psiOf = (pressure: Pressure | undefined) => (pressure ? { psi: { full: levelOf(pressure.full), some: levelOf(pressure.some) } } : {});

/** Returns the `io` of something, which consists of the pressure alone. */
export const ioOf = (ms: number, pressures: Pressures | undefined) => (pressures?.io ? { io: { time: timeOf(ms), ...psiOf(pressures.io) } } : {});

export function cpuOf(rates: CpuRates, key: string, ms: number, nanoseconds: number, pressures?: Pressures) {
  const rate = rates.of(key, ms, nanoseconds);
  return { time: timeOf(ms), ...(rate === undefined ? {} : { usageNanoCores: rate }), usageCoreNanoSeconds: nanoseconds, ...psiOf(pressures?.cpu) };
}

/** Returns the `memory` of the node. */
export const machineMemoryOf = ({ time, availableBytes, workingSetBytes }: MachineUsage, pressures: Pressures | undefined) => ({
  time: timeOf(time),
  ...(availableBytes === undefined ? {} : { availableBytes }),
  workingSetBytes,
  ...psiOf(pressures?.memory),
});

export const memoryOf = (ms: number, items: readonly ContainerUsage[], pressures?: Pressures) => ({
  time: timeOf(ms),
  usageBytes: totalOf(items, (item) => item.usageBytes),
  workingSetBytes: totalOf(items, (item) => item.workingSetBytes),
  rssBytes: totalOf(items, (item) => item.rssBytes),
  ...psiOf(pressures?.memory),
});

export const cgroupMemoryOf = (ms: number, { memory, pressure }: CgroupStatistics) => ({
  time: timeOf(ms),
  usageBytes: memory.usage,
  workingSetBytes: memory.workingSet,
  rssBytes: memory.rss,
  ...psiOf(pressure?.memory),
});

/** @param availableBytes undefined if that is not limited */
export const swapOf = (ms: number, usedBytes: number, availableBytes?: number) => ({
  swap: { time: timeOf(ms), ...(availableBytes === undefined ? {} : { swapAvailableBytes: availableBytes }), swapUsageBytes: usedBytes },
});

/** The interface that stands for all (kubelet's network.DefaultInterfaceName). */
const MAIN_INTERFACE = 'eth0';

/** Returns the `network` of the node or of a pod, with all its interfaces. */
export function networkOf(ms: number, usages: readonly InterfaceUsage[] = []) {
  const interfaces = usages.map(({ name, received, sent }) => ({
    name,
    rxBytes: received.bytes,
    rxErrors: received.errors,
    txBytes: sent.bytes,
    txErrors: sent.errors,
  }));
  if (interfaces.length === 0) return {};
  return { network: { time: timeOf(ms), name: '', ...interfaces.find(({ name }) => name === MAIN_INTERFACE), interfaces } };
}
