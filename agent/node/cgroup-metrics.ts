import type { Registry } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import { DEFAULT_BUCKETS, metricMakers } from '../../runtime/observe/metric-makers.ts';
import type { CgroupManager } from '../contract/cgroups.ts';

/** The same cgroups, with their version shown and their changes measured (pkg/kubelet/cm/cgroup_manager_linux.go). */
export function measuredCgroups(cgroups: CgroupManager, clock: Clock, registry: Registry): CgroupManager {
  const { gauge, histogram } = metricMakers(registry);
  gauge('kubelet_cgroup_version', "The version of the kernel's cgroups.").set(cgroups.version);
  const duration = histogram('kubelet_cgroup_manager_duration_seconds', 'How long it takes to make, change and remove a cgroup.', DEFAULT_BUCKETS, [
    'operation_type',
  ]);
  const secondsSince = (start: number): number => (clock.monotonic() - start) / 1000;
  return {
    ...cgroups,
    async apply(cgroup) {
      const start = clock.monotonic();
      const isNew = await cgroups.apply(cgroup);
      duration.observe({ operation_type: isNew ? 'create' : 'update' }, secondsSince(start));
      return isNew;
    },
    async remove(path) {
      const start = clock.monotonic();
      await cgroups.remove(path).finally(() => duration.observe({ operation_type: 'destroy' }, secondsSince(start)));
    },
  };
}
