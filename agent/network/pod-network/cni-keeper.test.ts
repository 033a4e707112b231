import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { silentLogger } from '../../../base/log.ts';
import { removeDirectory } from '../../../base/remove-directory.fixture.ts';
import { createMemoryClient } from '../../../runtime/client/memory-client.fixture.ts';
import { createInformers } from '../../../runtime/watch/informer-set.ts';
import { keepCniConfig } from './cni-keeper.ts';

describe('the keeper of the CNI list', () => {
  it('waits for the node’s pod CIDR, and follows it', async () => {
    const confDir = await mkdtemp(join(tmpdir(), 'skiff-keeper-'));
    const clock = createFakeClock();
    const client = createMemoryClient(clock);
    const abort = new AbortController();
    const informers = createInformers({ client, clock, log: silentLogger, signal: abort.signal });
    let written = 0;
    const options = { nodes: informers.of(nodes), nodeName: 'here', confDir, leasesDir: '/x', log: silentLogger, written: () => written++ };
    const running = keepCniConfig(options, abort.signal);
    await client.create(nodes, { metadata: { name: 'here' } });
    await client.create(nodes, { metadata: { name: 'there' }, spec: { podCIDR: '10.244.9.0/24' } });
    await clock.advance(100);
    expect(written).toBe(0);
    const setCidr = (podCIDR: string) => client.patch(nodes, { namespace: '', name: 'here' }, { type: 'merge', body: { spec: { podCIDR } } });
    const list = async (times: number) => {
      while (written < times) await clock.settle();
      return readFile(join(confDir, '10-skiff.conflist'), 'utf8');
    };
    await setCidr('10.244.3.0/24');
    expect(await list(1)).toContain('10.244.3.0/24');
    await setCidr('10.244.4.0/24');
    expect(await list(2)).toContain('10.244.4.0/24');
    abort.abort();
    await running;
    await removeDirectory(confDir);
  });
});
