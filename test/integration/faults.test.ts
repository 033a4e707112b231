import { afterAll, beforeAll, describe, it } from '@jest/globals';
import type { SimulatedCluster } from '../support/cluster/simulated-cluster.ts';
import { startSimulatedCluster } from '../support/cluster/simulated-cluster.ts';
import { KILLS_TIMEOUT_MS, serverSurvives } from '../support/ledgers/server-crashes.ts';

describe('faults of a server on etcd', () => {
  let cluster: SimulatedCluster;
  beforeAll(async () => {
    cluster = await startSimulatedCluster({ store: 'etcd' });
  }, 180_000);
  afterAll(() => cluster?.down(), 180_000);

  it(
    'nothing that was acknowledged is lost when the server is killed ten times; watches resume; claims are held once',
    () => serverSurvives(cluster),
    KILLS_TIMEOUT_MS,
  );
});
