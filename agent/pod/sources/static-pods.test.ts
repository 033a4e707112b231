import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../base/clock.ts';
import { silentLogger } from '../../../base/log.ts';
import { removeDirectory } from '../../../base/remove-directory.fixture.ts';
import { createMemoryClient } from '../../../runtime/client/memory-client.fixture.ts';
import { parseManifest } from './pod-manifest.ts';
import { createStaticPods } from './static-pods.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'static-pods-'));
});
afterEach(() => removeDirectory(directory));

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

  it.each([
    [{ serviceAccountName: 'robot' }, 'serviceaccounts'],
    [{ volumes: [{ name: 'v', configMap: { name: 'c' } }] }, 'configmaps'],
    [{ volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] }, 'persistentvolumeclaims'],
  ])('may not refer to objects of the API: %j', async (more, kind) => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [{ name: 'c', image: 'i' }], ...more } };
    await expect(parseManifest(JSON.stringify(pod), '/m/a.json', 'n1', 0)).rejects.toThrow(`/m/a.json: static pods may not reference ${kind}`);
  });
});
