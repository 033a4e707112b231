import type { Service } from '../../api/kinds/core/service/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { keyOf, keyText } from '../../api/meta/object.ts';
import type { Logger } from '../../base/log.ts';
import type { Pool } from './pool.ts';
import type { ServicePools } from './service-admission.ts';
import { clusterIpsOf, portsOf } from './service-fields.ts';

/** Returns a function to call with every change of a service: it gives back the members that the service no longer has. */
export function serviceRelease({ addresses, ports }: ServicePools, log: Logger): (service: Live<Service>, deleted: boolean) => void {
  /** The members of each service when it was last seen. */
  const seen = new Map<string, { readonly ips: readonly string[]; readonly ports: readonly string[] }>();

  return (service, deleted) => {
    const owner = keyOf(service);
    const id = keyText(owner);
    const before = seen.get(id);
    const now = { ips: clusterIpsOf(service.spec), ports: portsOf(service.spec) };
    if (deleted) seen.delete(id);
    else seen.set(id, now);
    const revision = Number(service.metadata.resourceVersion);
    const gone = (was: readonly string[], is: readonly string[]) =>
      deleted ? new Set([...was, ...is]) : was.filter((member) => !is.includes(member));
    const release = (pool: Pool, member: string) => {
      pool
        .release(member, owner, revision)
        .catch((error: unknown) => log.warn({ err: error, member }, 'an allocation was not given back; repair will'));
    };
    for (const ip of gone(before?.ips ?? [], now.ips)) release(addresses, ip);
    for (const port of gone(before?.ports ?? [], now.ports)) release(ports, port);
  };
}
