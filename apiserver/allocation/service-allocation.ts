import { services } from '../../api/kinds/core/service/index.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { ControllerDefinition } from '../../runtime/control/controller.ts';
import type { Store } from '../../store/store.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { createAddressAllocator } from './address-allocator.ts';
import { addressRepairController, createMissingAddresses } from './address-repair.ts';
import { portSpace, serviceRange } from './address-space.ts';
import { defaultServiceCidrController, ensureDefaultServiceCidr } from './default-service-cidr.ts';
import { createPortAllocator } from './port-allocator.ts';
import { serviceAdmission } from './service-admission.ts';
import { portsOf } from './service-fields.ts';
import { createServiceRanges } from './service-ranges.ts';
import { serviceRelease } from './service-release.ts';

export interface ServiceAllocationOptions {
  readonly objects: StorageAccess;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** Default 10.96.0.0/12. */
  readonly serviceCidr?: string | undefined;
  /** Both included; default 30000 to 32767. */
  readonly nodePorts?: readonly [number, number] | undefined;
  readonly random?: Random | undefined;
}

export const DEFAULT_SERVICE_CIDR = '10.96.0.0/12';
const REPAIR_PORTS_EVERY_MS = 180_000;
/** The first two repairs come soon after one another: ports that a crash left behind are given back then. */
const SECOND_REPAIR_MS = 10_000;
/** The prefix of the records that skiff kept of cluster IPs before there were IPAddresses. */
const OLD_RECORDS = '/registry/ranges/serviceips/';

/** The first address of a service range: the API server's own. */
export const firstServiceIp = (cidr = DEFAULT_SERVICE_CIDR): string => serviceRange(cidr).text(0);

/**
 * The part of the server that gives services their cluster IPs, node ports and health check ports, each exactly once among all servers on the
 * store, and takes them back when the service is gone or has changed its type. `start` learns what is taken and repairs; the controllers go on
 * repairing.
 */
export function serviceAllocation({ objects, store, clock, log, serviceCidr, nodePorts, random }: ServiceAllocationOptions) {
  const [first, last] = nodePorts ?? [30000, 32767];
  const cidr = serviceRange(serviceCidr ?? DEFAULT_SERVICE_CIDR).name;
  const ranges = createServiceRanges(objects);
  const addresses = createAddressAllocator({ objects, ranges, clock, random });
  const ports = createPortAllocator(store, '/registry/ranges/servicenodeports', portSpace(first, last), random);
  const release = serviceRelease({ addresses, ports }, log);

  async function repairPorts(): Promise<void> {
    const { added, removed } = await ports.repair(new Set(objects.list(services).flatMap(({ spec }) => portsOf(spec))));
    if (added + removed > 0) log.info({ range: ports.space.name, added, removed }, 'node port allocations repaired');
  }

  async function startAddresses(client: Client): Promise<void> {
    await ensureDefaultServiceCidr(client, { objects, clock, cidr });
    ranges.start();
    const added = await createMissingAddresses(objects, clock);
    if (added > 0) log.info({ added }, 'IPAddresses made for cluster IPs that had none');
    const { items } = await store.list(OLD_RECORDS);
    await Promise.all(items.map(({ key, revision }) => store.delete(key, revision)));
  }

  return {
    name: 'service-allocation',
    hooks: ['start-kubernetes-service-cidr-controller', 'start-service-ip-repair-controllers'],
    plugins: [serviceAdmission({ addresses, ports }, log)],
    controllers: [defaultServiceCidrController({ objects, clock, cidr }), addressRepairController(objects), portRepairController(repairPorts)],
    repairPorts,
    /** Resolves once it is known what is taken; services may be written from then on. `client` acts as the server itself. */
    async start(client: Client): Promise<void> {
      for (const service of objects.list(services)) release(service, false);
      objects.follow(services, release);
      await Promise.all([startAddresses(client), repairPorts()]);
    },
  };
}

/** Repairs the node ports again and again, under upstream's name (pkg/registry/core/service/portallocator/controller). */
const portRepairController = (repair: () => Promise<void>): ControllerDefinition => ({
  name: 'portallocator-repair-controller',
  concurrency: 1,
  component: 'portallocator-repair-controller',
  setup({ enqueue }) {
    enqueue({ namespace: '', name: 'repair' }, { afterMs: SECOND_REPAIR_MS });
    return {
      async reconcile() {
        await repair();
        return { requeueAfterMs: REPAIR_PORTS_EVERY_MS };
      },
    };
  },
});
