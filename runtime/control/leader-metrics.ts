import type { Registry } from 'prom-client';
import { Gauge } from 'prom-client';
import { oncePer } from '../../base/once-per.ts';

export interface LeaderMetrics {
  leads(leading: boolean): void;
}

const statusOf = oncePer(
  (registry: Registry) =>
    new Gauge({
      name: 'leader_election_master_status',
      help: 'Whether this process leads (1) or stands by (0), by the name of the Lease.',
      labelNames: ['name'],
      registers: [registry],
    }),
);

/** Returns client-go's metric of leader election for one Lease, at zero until this process leads. */
export function createLeaderMetrics(registry: Registry, lease: string): LeaderMetrics {
  const status = statusOf(registry).labels(lease);
  status.set(0);
  return { leads: (leading) => status.set(leading ? 1 : 0) };
}
