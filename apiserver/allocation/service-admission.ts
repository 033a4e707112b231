import type { Service, ServicePort, ServiceSpec } from '../../api/kinds/core/service/index.ts';
import { isHeadless, needsHealthCheck, services, takesClusterIp } from '../../api/kinds/core/service/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { FieldError } from '../../api/schema/field-error.ts';
import { invalid } from '../../api/schema/field-error.ts';
import { parseIp } from '../../api/validation/ip-rules.ts';
import type { Logger } from '../../base/log.ts';
import { admitted, handlesOnly } from '../admission/admitted.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../contract/admission.ts';
import type { Allocator } from './allocator.ts';
import type { Grant } from './grant.ts';
import { createDryGrant, createGrant } from './grant.ts';
import { clusterIpsOf, fillIpFamilies, mayHaveNodePorts, needsNodePorts, portsOf } from './service-fields.ts';

/** The allocators of a cluster's services. */
export interface ServiceAllocators {
  readonly addresses: Allocator;
  readonly ports: Allocator;
}

/** One write of a service that is given its addresses and ports. */
interface Write extends ServiceAllocators {
  readonly attributes: AdmissionAttributes;
  readonly spec: ServiceSpec;
  readonly grant: Grant;
}

/** Gives services their cluster IPs, node ports and health check ports when they are written; takes them back if the write fails. */
export function serviceAdmission(allocators: ServiceAllocators, log: Logger): AdmissionPlugin {
  return {
    name: 'ServiceAllocation',
    handles: handlesOnly(services, 'create', 'update'),
    async admit(attributes) {
      const service = admitted(services, attributes);
      if (service) await admitService(allocators, attributes, service.object, service.old, log);
    },
  };
}

async function admitService(
  allocators: ServiceAllocators,
  attributes: AdmissionAttributes,
  service: Service,
  old: Live<Service> | undefined,
  log: Logger,
): Promise<void> {
  // Fields that the client did not repeat are carried over before anything new is given out.
  if (old) services.strategy.prepareForUpdate?.(service, old);
  else services.strategy.prepareForCreate?.(service);
  const { spec } = service;
  if (!spec) return;
  const families = fillIpFamilies(service);
  if (families.length > 0) throw refusal(attributes, families);
  const { namespace, name } = attributes.key;
  const grant = attributes.dryRun ? createDryGrant(allocators.ports) : createGrant(`${namespace}/${name}`, log);
  attributes.onSettled((committed) => {
    if (!committed) void grant.giveBack();
  });
  const write = { ...allocators, attributes, spec, grant };
  const heldPorts = new Set(portsOf(old?.spec));
  await giveClusterIp(write, clusterIpsOf(old?.spec));
  await giveNodePorts(write, heldPorts);
  await giveHealthCheckPort(write, heldPorts);
}

const refusal = (attributes: AdmissionAttributes, causes: readonly FieldError[]) =>
  errors.invalid(services, attributes.key.name || (attributes.object?.metadata?.generateName ?? ''), causes);

async function giveClusterIp({ attributes, spec, grant, addresses }: Write, held: readonly string[]): Promise<void> {
  if (!takesClusterIp(spec) || isHeadless(spec)) return;
  const asked = clusterIpsOf(spec);
  if (asked.length === 0) {
    const ip = await grant.takeNext(addresses, 'serviceIP');
    spec.clusterIP = ip;
    spec.clusterIPs = [ip];
    return;
  }
  for (const ip of asked) {
    // A text that is no address at all is left to validation.
    if (held.includes(ip) || parseIp(ip)?.family !== 4) continue;
    const known = addresses.space.offset(ip) !== undefined;
    if (known && (await grant.take(addresses, ip))) continue;
    const why = known
      ? 'provided IP is already allocated'
      : `the provided IP (${ip}) is not in the valid range. The range of valid IPs is ${addresses.space.name}`;
    throw refusal(attributes, [invalid('spec.clusterIPs', spec.clusterIPs, `failed to allocate IP ${ip}: ${why}`)]);
  }
}

async function takePort({ attributes, grant, ports }: Write, field: string, port: number, held: Set<string>): Promise<void> {
  const member = String(port);
  if (held.has(member)) return;
  // On a dry run upstream does not look at the range.
  const known = attributes.dryRun || ports.space.offset(member) !== undefined;
  if (known && (await grant.take(ports, member))) {
    held.add(member);
    return;
  }
  const why = known
    ? 'provided port is already allocated'
    : `provided port is not in the valid range. The range of valid ports is ${ports.space.name}`;
  throw refusal(attributes, [invalid(field, port, why)]);
}

/** One node port serves the same port under several protocols. */
async function giveNodePorts(write: Write, held: Set<string>): Promise<void> {
  const { spec, grant, ports } = write;
  if (!mayHaveNodePorts(spec)) return;
  const list: ServicePort[] = spec.ports ?? [];
  for (const [index, port] of list.entries()) {
    if (port.nodePort && port.nodePort > 0) await takePort(write, `spec.ports[${index}].nodePort`, port.nodePort, held);
  }
  if (!needsNodePorts(spec)) return;
  for (const port of list) {
    if (port.nodePort) continue;
    const twin = list.find((other) => other !== port && other.nodePort && other.port === port.port && other.protocol !== port.protocol);
    port.nodePort = twin?.nodePort ?? Number(await grant.takeNext(ports, 'nodePort'));
    held.add(String(port.nodePort));
  }
}

async function giveHealthCheckPort(write: Write, held: Set<string>): Promise<void> {
  const { spec, grant, ports } = write;
  if (!needsHealthCheck(spec)) return;
  if (!spec.healthCheckNodePort) spec.healthCheckNodePort = Number(await grant.takeNext(ports, 'HealthCheck NodePort'));
  else await takePort(write, 'spec.healthCheckNodePort', spec.healthCheckNodePort, held);
}
