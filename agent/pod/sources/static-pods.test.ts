import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../base/clock.ts';
import { silentLogger } from '../../../base/log.ts';
import { createMemoryClient } from '../../../runtime/client/memory-client.fixture.ts';
import { createStaticPods } from './static-pods.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'static-pods-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('static pods', () => {
  it('are all known before the API has taken the first mirror: others that run are garbage', async () => {
    for (const name of ['a', 'b', 'c']) {
      const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [{ name: 'c', image: 'i' }] } };
      await writeFile(join(directory, `${name}.json`), JSON.stringify(pod));
    }
    const answers = Promise.withResolvers<never>();
    const client = { ...createMemoryClient(systemClock), create: () => answers.promise };
    const stop = new AbortController();
    const options = { directory, nodeName: 'n1', nodeUid: () => 'uid', client, clock: systemClock, log: silentLogger };
    const staticPods = createStaticPods(options);
    const known: string[] = [];
    const running = staticPods.run({ changed: ({ metadata }) => void known.push(metadata.name), vanished() {} }, stop.signal);
    await staticPods.ready;
    expect(known).toEqual(['a-n1', 'b-n1', 'c-n1']);
    stop.abort();
    answers.reject(new Error('the test is over'));
    await running;
  });
});
