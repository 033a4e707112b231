import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import type { KubectlCluster } from '../cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../cluster/kubectl-cluster.ts';
import type { RawClient } from './raw-client.ts';
import { rawClient } from './raw-client.ts';

export const MAPS = '/api/v1/namespaces/default/configmaps';
/** An object that exists before the first test and must be unchanged after each. */
export const ANCHOR = `${MAPS}/anchor`;
const DATA = { key: 'value' };

/** Starts a server for the tests of a file, and checks after each test that it serves and that nothing changed. Returns how to get its client. */
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
