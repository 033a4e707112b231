import type { Service } from '../../api/kinds/core/service/index.ts';
import { services } from '../../api/kinds/core/service/index.ts';
import type { IPAddress } from '../../api/kinds/networking/ip-address.ts';
import { ipAddresses } from '../../api/kinds/networking/ip-address.ts';
import { serviceCidrs } from '../../api/kinds/networking/service-cidr.ts';
import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';
import { keyOf } from '../../api/meta/object.ts';
import { isAlreadyExists, isNotFound } from '../../api/meta/status-error.ts';
import { holdAddress } from '../../api/validation/ip-ranges.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { ControllerDefinition } from '../../runtime/control/controller.ts';
import type { ControllerEnv } from '../../runtime/control/env.ts';
import type { Result } from '../../runtime/queue/result.ts';
import { DONE } from '../../runtime/queue/result.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { canonicalIp } from './address-allocator.ts';
import { addressObject, isManaged, isOfService } from './address-object.ts';
import type { Allocations, Repair } from './address-repair-plan.ts';
import { LEAK_GRACE_MS, repairsOfService, verdictOnAddress } from './address-repair-plan.ts';
import { clusterIpsOf } from './service-fields.ts';

const NAME = 'ipallocator-repair-controller';
const RESYNC_MS = 180_000;

const addressKey = (ip: string): ObjectKey => ({ namespace: '', name: ip });

export const storedAllocations = (objects: StorageAccess): Allocations => ({
  service: (key) => objects.get(services, key),
  address: (ip) => objects.get(ipAddresses, addressKey(ip)),
  inRange: (ip) => objects.list(serviceCidrs).some(({ spec }) => holdAddress(spec?.cidrs, ip)),
});

/**
 * Makes the IPAddresses that services lack, all of them before anybody is given one: those of services that were there before IPAddresses
 * were, or lost theirs. Returns their number.
 */
export async function createMissingAddresses(objects: StorageAccess, clock: Clock): Promise<number> {
  const allocations = storedAllocations(objects);
  const missing = objects
    .list(services)
    .flatMap((service) =>
      repairsOfService(service, allocations).flatMap(({ action, ip }) => (action === 'create' ? [{ ip, owner: keyOf(service) }] : [])),
    );
  await Promise.all(missing.map(({ ip, owner }) => createAddress(objects, ip, owner, clock)));
  return missing.length;
}

async function createAddress(objects: StorageAccess, ip: string, owner: ObjectKey, clock: Clock): Promise<void> {
  try {
    await objects.create(ipAddresses, addressObject(ip, owner, clock.now()));
  } catch (error) {
    // Somebody made it meanwhile: the event of it brings the next look.
    if (!isAlreadyExists(error)) throw error;
  }
}

async function deleteAddress(client: Client, objects: StorageAccess, ip: string): Promise<void> {
  const address = objects.get(ipAddresses, addressKey(ip));
  if (!address) return;
  try {
    await client.delete(ipAddresses, addressKey(ip), { preconditions: { uid: address.metadata.uid } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/**
 * Keeps services and IPAddresses in line, when one of them changes and, for what no event shows, every three minutes: makes what is missing,
 * deletes what leaked, and says so in events (upstream's pkg/registry/core/service/ipallocator/controller, RepairIPAddress). A service that is
 * created as it should be costs one look, at its IPAddress a minute later. Keys without a namespace are those of IPAddresses.
 */
export const addressRepairController = (objects: StorageAccess): ControllerDefinition => ({
  name: NAME,
  component: NAME,
  concurrency: 5,
  setup(env) {
    const allocations = storedAllocations(objects);
    const { clock } = env;
    const isAmiss = (object: Live) => amiss(keyOf(object), allocations, clock.now());
    const wakeIfAmiss = (object: Live) => {
      if (isAmiss(object)) env.enqueue(keyOf(object));
    };
    const ends = [
      objects.follow(services, wakeIfAmiss),
      objects.follow(ipAddresses, (address, deleted) => {
        const holder = serviceOf(address, allocations);
        if (holder) wakeIfAmiss(holder);
        // The service of a new IPAddress is on its way.
        else if (!deleted && isManaged(address)) env.enqueue(keyOf(address), { afterMs: LEAK_GRACE_MS + 1 });
      }),
    ];
    return {
      async reconcile(key) {
        // Another server's writes are seen kind by kind: an IPAddress must not be missed because its service was seen first.
        if (amiss(key, allocations, clock.now())) await Promise.all([objects.fresh(services), objects.fresh(ipAddresses)]);
        return key.namespace === '' ? repairAddress(env, objects, allocations, key.name) : repairService(env, objects, allocations, key);
      },
      async run(signal) {
        while (!signal.aborted) {
          for (const object of [...objects.list(services), ...objects.list(ipAddresses)]) wakeIfAmiss(object);
          await sleep(clock, RESYNC_MS, signal);
        }
        for (const end of ends) end();
      },
    };
  },
});

const parentKey = ({ spec }: Live<IPAddress>): ObjectKey => ({ namespace: spec.parentRef?.namespace ?? '', name: spec.parentRef?.name ?? '' });

/** Returns the service that an IPAddress refers to, if it has the address. */
function serviceOf(address: Live<IPAddress>, allocations: Allocations): Live<Service> | undefined {
  const service = isOfService(address) ? allocations.service(parentKey(address)) : undefined;
  return clusterIpsOf(service?.spec).some((ip) => canonicalIp(ip) === address.metadata.name) ? service : undefined;
}

function amiss(key: ObjectKey, allocations: Allocations, now: number): boolean {
  if (key.namespace === '') {
    const address = allocations.address(key.name);
    return address !== undefined && verdictOnAddress(address, allocations, now) !== 'fine';
  }
  const service = allocations.service(key);
  return service !== undefined && repairsOfService(service, allocations).length > 0;
}

async function repairService({ client, recorder, clock }: ControllerEnv, objects: StorageAccess, allocations: Allocations, key: ObjectKey) {
  const service = allocations.service(key);
  if (!service) return DONE;
  for (const repair of repairsOfService(service, allocations)) {
    tell(recorder, { apiVersion: 'v1', kind: 'Service', ...service }, repair);
    if (repair.action === 'recreate') await deleteAddress(client, objects, repair.ip);
    if (repair.action) await createAddress(objects, repair.ip, key, clock);
  }
  return DONE;
}

async function repairAddress(
  { client, recorder, clock }: ControllerEnv,
  objects: StorageAccess,
  allocations: Allocations,
  ip: string,
): Promise<Result> {
  const address = allocations.address(ip);
  const verdict = address && verdictOnAddress(address, allocations, clock.now());
  if (!address || !verdict || verdict === 'fine') return DONE;
  if ('lookAgainAfterMs' in verdict) return { requeueAfterMs: verdict.lookAgainAfterMs };
  tell(recorder, { apiVersion: 'networking.k8s.io/v1', kind: 'IPAddress', ...address }, verdict);
  await deleteAddress(client, objects, ip);
  return DONE;
}

function tell(recorder: ControllerEnv['recorder'], object: KubeObject, { event }: Repair): void {
  if (event) recorder.event(object, 'Warning', event.reason, event.message);
}
