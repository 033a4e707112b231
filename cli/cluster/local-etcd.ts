import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Layout } from '../config/data-dir.ts';
import { runningPid, startSupervised } from './process.ts';

/**
 * Starts the etcd of `--store etcd` (Debian's `etcd-server`) unless it runs, and returns its endpoint.
 * It listens on sockets in a directory that only its owner may enter: no other user of the machine reaches it, so it needs no keys.
 */
export async function ensureLocalEtcd(layout: Layout): Promise<string> {
  // etcd takes sockets only as unix://HOST:PORT, and makes a file of that name in its working directory.
  const directory = join(layout.run, 'etcd');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if ((await runningPid(layout, 'etcd')) === undefined) {
    const unused = 'http://localhost:2380';
    await startSupervised(
      layout,
      'etcd',
      'etcd',
      [
        ['--name', 'skiff'],
        ['--data-dir', layout.etcd],
        ['--listen-client-urls', 'unix://client:1'],
        ['--advertise-client-urls', unused],
        ['--listen-peer-urls', 'unix://peer:1'],
        ['--initial-advertise-peer-urls', unused],
        ['--initial-cluster', `skiff=${unused}`],
        // The only member waits for no other: it elects itself in a tenth of a second rather than in one.
        ['--heartbeat-interval', '10'],
        ['--election-timeout', '100'],
        ['--quota-backend-bytes', String(8 * 2 ** 30)],
        ['--auto-compaction-retention', '0'],
        ['--logger', 'zap'],
        ['--log-level', 'warn'],
      ].flat(),
      directory,
    );
  }
  return `unix:${join(directory, 'client:1')}`;
}
