import type { Service } from '../../api/kinds/core/service/index.ts';
import { services } from '../../api/kinds/core/service/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Logger } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { ControllerDefinition } from '../../runtime/control/controller.ts';
import type { Store } from '../../store/store.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { ipv4Space, portSpace } from './address-space.ts';
import type { Allocator } from './allocator.ts';
import { createAllocator } from './allocator.ts';
import { serviceAdmission } from './service-admission.ts';
import { clusterIpsOf, portsOf } from './service-fields.ts';
import { serviceRelease } from './service-release.ts';

export interface ServiceAllocationOptions {
  readonly objects: StorageAccess;
  readonly store: Store;
  readonly log: Logger;
  /** Default 10.96.0.0/12. */
  readonly serviceCidr?: string | undefined;
  /** Both included; default 30000 to 32767. */
  readonly nodePorts?: readonly [number, number] | undefined;
  readonly random?: Random | undefined;
}

export const DEFAULT_SERVICE_CIDR = '10.96.0.0/12';
const REPAIR_EVERY_MS = 180_000;
/** The first two repairs come soon after one another: members that a crash left behind are given back then. */
const SECOND_REPAIR_MS = 10_000;

/** The first address of a service range: the API server's own. */
export const firstServiceIp = (cidr = DEFAULT_SERVICE_CIDR): string => ipv4Space(cidr).text(0);

/**
 * The part of the server that gives services their cluster IPs, node ports and health check ports, each exactly once among all servers on the
 * store, and takes them back when the service is gone or has changed its type. `start` learns what is taken and repairs; the controllers go on
 * repairing every three minutes.
 */
export function serviceAllocation({ objects, store, log, serviceCidr, nodePorts, random }: ServiceAllocationOptions) {
  const [first, last] = nodePorts ?? [30000, 32767];
  const addresses = createAllocator(store, '/registry/ranges/serviceips', ipv4Space(serviceCidr ?? DEFAULT_SERVICE_CIDR), random);
  const ports = createAllocator(store, '/registry/ranges/servicenodeports', portSpace(first, last), random);
  const release = serviceRelease({ addresses, ports }, log);

  const repairOf = (allocator: Allocator, membersOf: (service: Live<Service>) => readonly string[]) => async (): Promise<void> => {
    const { added, removed } = await allocator.repair(new Set(objects.list(services).flatMap(membersOf)));
    if (added + removed > 0) log.info({ range: allocator.space.name, added, removed }, 'service allocations repaired');
  };
  const repairAddresses = repairOf(addresses, ({ spec }) => clusterIpsOf(spec));
  const repairPorts = repairOf(ports, ({ spec }) => portsOf(spec));

  return {
    name: 'service-allocation',
    hooks: ['start-service-ip-repair-controllers'],
    plugins: [serviceAdmission({ addresses, ports }, log)],
    controllers: [
      repairController('ipallocator-repair-controller', repairAddresses),
      repairController('portallocator-repair-controller', repairPorts),
    ],
    async repair(): Promise<void> {
      await repairAddresses();
      await repairPorts();
    },
    /** Resolves once it is known which members are taken; services may be written from then on. */
    async start(): Promise<void> {
      for (const service of objects.list(services)) release(service, false);
      objects.follow(services, release);
      await repairAddresses();
      await repairPorts();
    },
  };
}

/** Repairs one allocator again and again, under upstream's name (pkg/registry/core/service/{ip,port}allocator/controller). */
const repairController = (name: string, repair: () => Promise<void>): ControllerDefinition => ({
  name,
  concurrency: 1,
  component: name,
  setup({ enqueue }) {
    enqueue({ namespace: '', name: 'repair' }, { afterMs: SECOND_REPAIR_MS });
    return {
      async reconcile() {
        await repair();
        return { requeueAfterMs: REPAIR_EVERY_MS };
      },
    };
  },
});
