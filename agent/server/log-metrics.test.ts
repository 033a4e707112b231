import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { samplesOf } from '../../runtime/observe/metric-samples.fixture.ts';
import { exited, observation, observed } from '../contract/pods.fixture.ts';
import { logMetrics } from './log-metrics.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'skiff-logs-'));
});
afterEach(() => removeDirectory(root));

it('the logs of containers that run are measured, with those that were rotated', async () => {
  const labels = { 'io.kubernetes.pod.namespace': 'default', 'io.kubernetes.pod.name': 'p' };
  const place = (name: string) => join(root, name, '0.log');
  for (const name of ['busy', 'ended']) {
    await mkdir(join(root, name));
    for (const file of ['0.log', '0.log.20260101-000000']) await writeFile(join(root, name, file), 'x'.repeat(10_000));
  }
  const containers = [
    observed('busy', { labels, logPath: place('busy') }),
    observed('silent', { labels, logPath: place('silent') }),
    exited('ended', 0, { labels, logPath: place('ended') }),
  ];
  const samples = await samplesOf(await logMetrics({ podUids: () => ['u1'], of: () => observation(containers) }), 'kubelet_container_log');
  const line = (container: string) => `kubelet_container_log_filesystem_used_bytes{uid="u1",namespace="default",pod="p",container="${container}"} `;
  expect(samples.map((sample) => sample.slice(0, sample.lastIndexOf(' ') + 1)).sort()).toEqual([line('busy'), line('silent')]);
  const bytes = (container: string) =>
    Number(
      samples
        .find((sample) => sample.startsWith(line(container)))
        ?.split(' ')
        .at(-1),
    );
  expect(bytes('busy')).toBeGreaterThanOrEqual(20_000);
  expect(bytes('silent')).toBe(0);
});
