import type { Registry } from 'prom-client';
import { Gauge } from 'prom-client';

export interface LeaderMetrics {
  leads(leading: boolean): void;
}

/** client-go's metric of leader election, at zero until this process leads. */
export function createLeaderMetrics(registry: Registry, lease: string): LeaderMetrics {
  const gauge = new Gauge({
    name: 'leader_election_master_status',
    help: 'Whether this process leads (1) or stands by (0), by the name of the Lease.',
    labelNames: ['name'],
    registers: [registry],
  });
  const leads = (leading: boolean) => gauge.set({ name: lease }, leading ? 1 : 0);
  leads(false);
  return { leads };
}
