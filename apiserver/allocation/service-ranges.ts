import type { ServiceCIDR } from '../../api/kinds/networking/service-cidr.ts';
import { SERVICE_CIDR_READY, serviceCidrs } from '../../api/kinds/networking/service-cidr.ts';
import type { Live } from '../../api/meta/object.ts';
import { networksOf } from '../../api/validation/ip-ranges.ts';
import { ipText } from '../../api/validation/ip-rules.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import type { NetworkSpace } from './address-space.ts';
import { ipv4Space } from './address-space.ts';

/** One IPv4 range of the ServiceCIDRs. */
export interface ServiceRange {
  readonly space: NetworkSpace;
  /** Whether addresses are given out of it: one of its ServiceCIDRs is ready and not terminating. */
  readonly ready: boolean;
}

/** The ranges that cluster IPs are given out of, as ServiceCIDRs come and go. */
export interface ServiceRanges {
  readonly all: readonly ServiceRange[];
  /** Follows the ServiceCIDRs from now on. */
  start(): void;
}

/** A ServiceCIDR without the condition counts as ready: its controller may not run. */
const isReady = ({ metadata, status }: Live<ServiceCIDR>): boolean =>
  metadata.deletionTimestamp === undefined && (status?.conditions?.find(({ type }) => type === SERVICE_CIDR_READY)?.status ?? 'True') === 'True';

function rangesOf(objects: readonly Live<ServiceCIDR>[]): ServiceRange[] {
  const ranges = new Map<string, ServiceRange>();
  for (const object of objects) {
    // The cluster is an IPv4 one: the other family is left to whoever configures it.
    for (const { address, bits } of networksOf(object.spec?.cidrs)) {
      if (address.family !== 4) continue;
      const space = ipv4Space(`${ipText(address)}/${bits}`);
      ranges.set(space.name, { space, ready: isReady(object) || (ranges.get(space.name)?.ready ?? false) });
    }
  }
  return [...ranges.values()];
}

export function createServiceRanges(objects: StorageAccess): ServiceRanges {
  let all: readonly ServiceRange[] = [];
  const read = () => {
    all = rangesOf(objects.list(serviceCidrs));
  };
  return {
    get all() {
      return all;
    },
    start() {
      objects.follow(serviceCidrs, read);
      read();
    },
  };
}
