import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { containerdConfig } from './config.ts';
import { containerdPaths } from './layout.ts';
import { installedRuntimes } from './runtime-handlers.ts';
import { shimSocketOf } from './traces.ts';

let bin = '';
beforeAll(async () => {
  bin = await mkdtemp(join(tmpdir(), 'skiff-runtimes-'));
  for (const program of ['crun', 'containerd-shim-kata-v2']) {
    await writeFile(join(bin, program), '');
    await chmod(join(bin, program), 0o755);
  }
});
afterAll(() => removeDirectory(bin));

describe('the runtimes of a machine', () => {
  it('are those whose programs are on the PATH', async () => {
    expect(await installedRuntimes(`/nowhere:${bin}`)).toEqual([
      { name: 'crun', type: 'io.containerd.runc.v2', binary: join(bin, 'crun') },
      { name: 'kata', type: 'io.containerd.kata.v2' },
    ]);
    expect(await installedRuntimes('')).toEqual([]);
  });

  it('are handlers that pods can ask for', () => {
    const options = {
      paths: containerdPaths({ dataDir: '/d', runDir: '/r' }),
      snapshotter: 'native' as const,
      restrictOomScoreAdj: false,
      limitHugePages: false,
      cniBinDir: '/b',
    };
    const runtimes = [
      { name: 'crun', type: 'io.containerd.runc.v2', binary: '/bin/crun' },
      { name: 'kata', type: 'io.containerd.kata.v2' },
    ];
    const config = containerdConfig({ ...options, runtimes });
    expect(config).toContain('[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.kata]\nruntime_type = "io.containerd.kata.v2"\n');
    expect(config).toContain('[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.crun.options]\nBinaryName = "/bin/crun"\n');
    expect(config.replaceAll(/\[plugins\S+runtimes\.(crun|kata)[^[]*/g, '')).toBe(containerdConfig(options));
  });
});

describe('the socket of a shim', () => {
  it('is read as containerd 1.6 and as 2.x write it down', () => {
    expect(shimSocketOf('unix:///run/containerd/s/1', '')).toBe('/run/containerd/s/1');
    expect(shimSocketOf('', '{"version":3,"address":"unix:///run/containerd/s/2","protocol":"ttrpc"}')).toBe('/run/containerd/s/2');
    expect(shimSocketOf('', '{"version":')).toBeUndefined();
  });
});
