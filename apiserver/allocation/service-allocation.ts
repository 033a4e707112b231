import type { Service, ServicePort, ServiceSpec } from '../../api/kinds/core/service/index.ts';
import { isHeadless, needsHealthCheck, services, takesClusterIp } from '../../api/kinds/core/service/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { FieldError } from '../../api/schema/field-error.ts';
import { invalid } from '../../api/schema/field-error.ts';
import { parseIp } from '../../api/validation/ip-rules.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Store } from '../../store/store.ts';
import { admitted, handlesOnly } from '../admission/admitted.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../contract/admission.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { ipv4Space, portSpace } from './address-space.ts';
import type { Allocator } from './allocator.ts';
import { createAllocator, SpaceFullError } from './allocator.ts';
import { fillIpFamilies, mayHaveNodePorts, needsNodePorts } from './service-fields.ts';

export interface ServiceAllocationOptions {
  readonly objects: StorageAccess;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** Default 10.96.0.0/12. */
  readonly serviceCidr?: string;
  /** Both included; default 30000 to 32767. */
  readonly nodePorts?: readonly [number, number];
}

export const DEFAULT_SERVICE_CIDR = '10.96.0.0/12';
const REPAIR_EVERY_MS = 180_000;
/** The first two repairs come soon after one another: what a crash left behind is given back then. */
const SECOND_REPAIR_MS = 10_000;

/** What one attempt at a write has taken, so that it can be given back. */
interface Attempt {
  readonly owner: string;
  readonly dryRun: boolean;
  /** Upstream shows on a dry run ports that no service can have: from 32769 on. */
  lastDryPort: number;
  readonly taken: { readonly allocator: Allocator; readonly member: string }[];
}

const clusterIpsOf = (spec: ServiceSpec | undefined): string[] => (spec?.clusterIPs ?? []).filter((ip) => ip !== 'None' && ip !== '');
function portsOf(spec: ServiceSpec | undefined): string[] {
  const ports = (spec?.ports ?? []).map(({ nodePort }) => nodePort ?? 0);
  return [...new Set([...ports, spec?.healthCheckNodePort ?? 0])].filter((port) => port > 0).map(String);
}

/** The first address of a service range: the API server's own. */
export const firstServiceIp = (cidr = DEFAULT_SERVICE_CIDR): string => ipv4Space(cidr).text(0);

/**
 * Gives services their cluster IPs, node ports and health check ports, each exactly once among all servers on the store; takes them back when
 * the service is gone or has changed its type. The plugin runs with admission; `start` learns what is taken and repairs, then `run` goes on
 * repairing every three minutes.
 */
export function serviceAllocation(options: ServiceAllocationOptions) {
  const { objects, clock, log } = options;
  const [first, last] = options.nodePorts ?? [30000, 32767];
  const addresses = createAllocator(options.store, '/registry/ranges/serviceips', ipv4Space(options.serviceCidr ?? DEFAULT_SERVICE_CIDR));
  const ports = createAllocator(options.store, '/registry/ranges/servicenodeports', portSpace(first, last));

  const refuse = (attributes: AdmissionAttributes, causes: readonly FieldError[]) =>
    errors.invalid(services, attributes.key.name || (attributes.object?.metadata?.generateName ?? ''), causes);

  async function take(attempt: Attempt, allocator: Allocator, member: string): Promise<boolean> {
    if (attempt.dryRun) return allocator.isFree(member);
    if (!(await allocator.take(member, attempt.owner))) return false;
    attempt.taken.push({ allocator, member });
    return true;
  }

  async function takeNext(attempt: Attempt, allocator: Allocator, what: string): Promise<string> {
    try {
      if (attempt.dryRun) return allocator === ports ? String(++attempt.lastDryPort) : allocator.peekNext();
      const member = await allocator.takeNext(attempt.owner);
      attempt.taken.push({ allocator, member });
      return member;
    } catch (error) {
      if (error instanceof SpaceFullError) throw errors.internal(`failed to allocate a ${what}: ${error.message}`);
      throw error;
    }
  }

  async function giveClusterIp(attributes: AdmissionAttributes, attempt: Attempt, spec: ServiceSpec, held: readonly string[]): Promise<void> {
    if (!takesClusterIp(spec) || isHeadless(spec)) return;
    const asked = clusterIpsOf(spec);
    if (asked.length === 0) {
      const ip = await takeNext(attempt, addresses, 'serviceIP');
      spec.clusterIP = ip;
      spec.clusterIPs = [ip];
      return;
    }
    for (const ip of asked) {
      // What is no address at all is left to validation.
      if (held.includes(ip) || parseIp(ip)?.family !== 4) continue;
      const known = addresses.space.offset(ip) !== undefined;
      if (known && (await take(attempt, addresses, ip))) continue;
      const why = known
        ? 'provided IP is already allocated'
        : `the provided IP (${ip}) is not in the valid range. The range of valid IPs is ${addresses.space.name}`;
      throw refuse(attributes, [invalid('spec.clusterIPs', spec.clusterIPs, `failed to allocate IP ${ip}: ${why}`)]);
    }
  }

  async function takeNamed(attributes: AdmissionAttributes, attempt: Attempt, field: string, port: number, held: Set<string>): Promise<void> {
    const member = String(port);
    if (held.has(member)) return;
    // On a dry run upstream does not look at the range.
    const known = attempt.dryRun || ports.space.offset(member) !== undefined;
    if (known && (await take(attempt, ports, member))) {
      held.add(member);
      return;
    }
    const why = known
      ? 'provided port is already allocated'
      : `provided port is not in the valid range. The range of valid ports is ${ports.space.name}`;
    throw refuse(attributes, [invalid(field, port, why)]);
  }

  /** One node port serves the same port under several protocols. */
  async function giveNodePorts(attributes: AdmissionAttributes, attempt: Attempt, spec: ServiceSpec, held: Set<string>): Promise<void> {
    if (!mayHaveNodePorts(spec)) return;
    const list: ServicePort[] = spec.ports ?? [];
    for (const [index, port] of list.entries()) {
      if (port.nodePort && port.nodePort > 0) await takeNamed(attributes, attempt, `spec.ports[${index}].nodePort`, port.nodePort, held);
    }
    if (!needsNodePorts(spec)) return;
    for (const port of list) {
      if (port.nodePort) continue;
      const twin = list.find((other) => other !== port && other.nodePort && other.port === port.port && other.protocol !== port.protocol);
      port.nodePort = twin?.nodePort ?? Number(await takeNext(attempt, ports, 'nodePort'));
      held.add(String(port.nodePort));
    }
  }

  async function giveHealthCheckPort(attributes: AdmissionAttributes, attempt: Attempt, spec: ServiceSpec, held: Set<string>): Promise<void> {
    if (!needsHealthCheck(spec)) return;
    if (!spec.healthCheckNodePort) spec.healthCheckNodePort = Number(await takeNext(attempt, ports, 'HealthCheck NodePort'));
    else await takeNamed(attributes, attempt, 'spec.healthCheckNodePort', spec.healthCheckNodePort, held);
  }

  async function giveBack(attempt: Attempt): Promise<void> {
    for (const { allocator, member } of attempt.taken) {
      await allocator.release(member).catch((error: unknown) => log.warn({ err: error, member }, 'an allocation was not given back; repair will'));
    }
  }

  async function admitService(attributes: AdmissionAttributes, service: Service, old: Live<Service> | undefined): Promise<void> {
    // What the client did not repeat is carried over before anything new is given out.
    if (old) services.strategy.prepareForUpdate?.(service, old);
    else services.strategy.prepareForCreate?.(service);
    const { spec } = service;
    if (!spec) return;
    const families = fillIpFamilies(service);
    if (families.length > 0) throw refuse(attributes, families);
    const attempt: Attempt = {
      owner: `${attributes.key.namespace}/${attributes.key.name}`,
      dryRun: attributes.dryRun,
      lastDryPort: 32768,
      taken: [],
    };
    attributes.onSettled((committed) => {
      if (!committed) void giveBack(attempt);
    });
    const heldPorts = new Set(portsOf(old?.spec));
    await giveClusterIp(attributes, attempt, spec, clusterIpsOf(old?.spec));
    await giveNodePorts(attributes, attempt, spec, heldPorts);
    await giveHealthCheckPort(attributes, attempt, spec, heldPorts);
  }

  /** The last spec seen of each service: what it no longer has is given back. */
  const seen = new Map<string, { readonly ips: readonly string[]; readonly ports: readonly string[] }>();

  function follow(
    service: Service & { metadata: { name: string; namespace?: string | undefined; resourceVersion: string } },
    deleted: boolean,
  ): void {
    const id = `${service.metadata.namespace ?? ''}/${service.metadata.name}`;
    const before = seen.get(id);
    const now = { ips: clusterIpsOf(service.spec), ports: portsOf(service.spec) };
    if (deleted) seen.delete(id);
    else seen.set(id, now);
    const revision = Number(service.metadata.resourceVersion);
    const gone = (was: readonly string[], is: readonly string[]) =>
      deleted ? new Set([...was, ...is]) : was.filter((member) => !is.includes(member));
    const release = (allocator: Allocator, member: string) => {
      allocator
        .release(member, revision)
        .catch((error: unknown) => log.warn({ err: error, member }, 'an allocation was not given back; repair will'));
    };
    for (const ip of gone(before?.ips ?? [], now.ips)) release(addresses, ip);
    for (const port of gone(before?.ports ?? [], now.ports)) release(ports, port);
  }

  async function repair(): Promise<void> {
    const all = objects.list(services);
    const [ips, nodePorts] = [
      await addresses.repair(new Set(all.flatMap((service) => clusterIpsOf(service.spec)))),
      await ports.repair(new Set(all.flatMap((service) => portsOf(service.spec)))),
    ];
    if (ips.added + ips.removed + nodePorts.added + nodePorts.removed > 0) log.info({ ips, nodePorts }, 'service allocations repaired');
  }

  const plugin: AdmissionPlugin = {
    name: 'ServiceAllocation',
    handles: handlesOnly(services, 'create', 'update'),
    admit(attributes) {
      const service = admitted(services, attributes);
      if (service) return admitService(attributes, service.object, service.old);
    },
  };

  return {
    plugin,
    repair,
    /** Resolves once it is known what is taken; services may be written from then on. */
    async start(): Promise<void> {
      for (const service of objects.list(services)) follow(service, false);
      objects.follow(services, follow);
      await repair();
    },
    async run(signal: AbortSignal): Promise<void> {
      await sleep(clock, SECOND_REPAIR_MS, signal);
      while (!signal.aborted) {
        await repair().catch((error: unknown) => log.warn({ err: error }, 'service allocations could not be repaired; trying again later'));
        await sleep(clock, REPAIR_EVERY_MS, signal);
      }
    },
  };
}
