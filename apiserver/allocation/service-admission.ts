import type { Service, ServicePort, ServiceSpec } from '../../api/kinds/core/service/index.ts';
import { isHeadless, needsHealthCheck, services, takesClusterIp } from '../../api/kinds/core/service/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { FieldError } from '../../api/schema/field-error.ts';
import { boundedFaults, invalid } from '../../api/schema/field-error.ts';
import { parseIp } from '../../api/validation/ip-rules.ts';
import type { Logger } from '../../base/log.ts';
import { admitted, handlesOnly } from '../admission/admitted.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../contract/admission.ts';
import { generatedName } from '../verbs/naming.ts';
import type { Grant } from './grant.ts';
import { createDryGrant, createGrant } from './grant.ts';
import type { Pool } from './pool.ts';
import { NotGivenError } from './pool.ts';
import { clusterIpsOf, fillIpFamilies, mayHaveNodePorts, needsNodePorts, portsOf } from './service-fields.ts';

/** The pools of a cluster's services. */
export interface ServicePools {
  readonly addresses: Pool;
  readonly ports: Pool;
}

/** One write of a service that is given its addresses and ports. */
interface Write extends ServicePools {
  readonly attributes: AdmissionAttributes;
  readonly spec: ServiceSpec;
  readonly grant: Grant;
}

/** Gives services their cluster IPs, node ports and health check ports when they are written; takes them back if the write fails. */
export function serviceAdmission(pools: ServicePools, log: Logger): AdmissionPlugin {
  return {
    name: 'ServiceAllocation',
    place: 'allocation',
    handles: handlesOnly(services, 'create', 'update'),
    async admit(attributes) {
      const service = admitted(services, attributes);
      if (service) await admitService(pools, attributes, service.object, service.old, log);
    },
  };
}

async function admitService(
  pools: ServicePools,
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
  const families = boundedFaults(() => fillIpFamilies(service));
  if (families.length > 0) throw refusal(attributes, families);
  const grant = attributes.dryRun ? createDryGrant() : createGrant({ namespace: attributes.key.namespace, name: nameOf(service) }, log);
  attributes.onSettled((committed) => {
    if (!committed) void grant.giveBack();
  });
  const write = { ...pools, attributes, spec, grant };
  const heldPorts = new Set(portsOf(old?.spec));
  await giveClusterIp(write, clusterIpsOf(old?.spec));
  await giveNodePorts(write, heldPorts);
  await giveHealthCheckPort(write, heldPorts);
}

const refusal = (attributes: AdmissionAttributes, causes: readonly FieldError[]) =>
  errors.invalid(services, attributes.key.name || (attributes.object?.metadata?.generateName ?? ''), causes);

/** Returns the name of a service. One that the server is to make is made now: the IPAddresses refer to it. */
function nameOf({ metadata = {} }: Service): string {
  if (!metadata.name && metadata.generateName) metadata.name = generatedName(metadata.generateName);
  return metadata.name ?? '';
}

async function giveClusterIp({ attributes, spec, grant, addresses }: Write, held: readonly string[]): Promise<void> {
  if (!takesClusterIp(spec) || isHeadless(spec)) return;
  const asked = clusterIpsOf(spec);
  if (asked.length === 0) {
    const ip = await grant.takeNext(addresses, 'serviceIP');
    spec.clusterIP = ip;
    spec.clusterIPs = [ip];
    return;
  }
  // Validation refuses more addresses than one of each family: none is taken for them.
  if (asked.length > 2) return;
  for (const ip of asked) {
    // A text that is no address at all is left to validation.
    if (held.includes(ip) || parseIp(ip)?.family !== 4) continue;
    const refused = (why: string) => invalid('spec.clusterIPs', spec.clusterIPs, `failed to allocate IP ${ip}: ${why}`);
    await orRefusal(attributes, refused, grant.take(addresses, ip));
  }
}

/** Waits for a member that was asked for; the reason why it cannot be had becomes a fault of the field. */
async function orRefusal(attributes: AdmissionAttributes, fault: (why: string) => FieldError, taken: Promise<void>): Promise<void> {
  try {
    await taken;
  } catch (error) {
    if (error instanceof NotGivenError) throw refusal(attributes, [fault(error.message)]);
    throw error;
  }
}

async function takePort({ attributes, grant, ports }: Write, field: string, port: number, held: Set<string>): Promise<void> {
  const member = String(port);
  if (held.has(member)) return;
  await orRefusal(attributes, (why) => invalid(field, port, why), grant.take(ports, member));
  held.add(member);
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
