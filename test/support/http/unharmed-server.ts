import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import type { KubectlCluster } from '../cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../cluster/kubectl-cluster.ts';
import type { RawClient } from './raw-client.ts';
import { rawClient } from './raw-client.ts';

export const MAPS = '/api/v1/namespaces/default/configmaps';
/** An object that is there before the first test, and must be the same after each. */
export const ANCHOR = `${MAPS}/anchor`;
const DATA = { key: 'value' };

/** A server for the tests of this file: whatever they ask, it goes on, and nothing has come of it. Answers how to ask. */
export function unharmedServer(): () => RawClient {
  let cluster: KubectlCluster;
  let raw: RawClient;
  beforeAll(async () => {
    cluster = await startKubectlCluster();
    raw = rawClient(cluster);
    await raw.ask('POST', MAPS, { metadata: { name: 'anchor' }, data: DATA });
  });
  afterAll(async () => {
    raw.close();
    await cluster.stop();
  });
  afterEach(async () => {
    expect((await raw.ask('GET', ANCHOR)).json.data).toEqual(DATA);
    expect((await raw.ask('GET', '/readyz')).message).toBe('ok');
  });
  return () => raw;
}
