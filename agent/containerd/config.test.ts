import { describe, expect, it } from '@jest/globals';
import { containerdConfig, snapshotterOf } from './config.ts';
import { importedImages, wantedName } from './image-import.ts';
import { fullImageName, parseImageName } from './image-name.ts';
import { containerdPaths } from './layout.ts';
import { PAUSE_IMAGE } from './pause-image.ts';

describe('containerd’s configuration', () => {
  const paths = containerdPaths({ dataDir: '/var/lib/x "y"', runDir: '/run/x' });
  const options = { paths, snapshotter: 'native', restrictOomScoreAdj: true, limitHugePages: true, cniBinDir: '/usr/lib/cni' } as const;
  const config = containerdConfig(options);

  it('keeps everything in directories of ours, quoted', () => {
    expect(config).toContain('root = "/var/lib/x \\"y\\"/containerd/root"');
    expect(config).toContain('state = "/run/x/containerd/state"');
    expect(config).toContain('address = "/run/x/containerd/containerd.sock"');
    expect(config).toContain('conf_dir = "/run/x/cni/net.d"');
    expect(config).toContain('netns_mounts_under_state_dir = true');
    // containerd 2.x would listen at /var/run/nri for all of the machine.
    expect(config).toContain('[plugins."io.containerd.nri.v1.nri"]\ndisable = true\n');
  });

  it('applies limits of huge pages where the machine can, and says nothing where it cannot', () => {
    const tolerant = '\ntolerate_missing_hugetlb_controller = true\ndisable_hugetlb_controller = ';
    expect(config).toContain(`${tolerant}false\n`);
    expect(containerdConfig({ ...options, limitHugePages: false })).toContain(`${tolerant}true\n`);
  });

  it('names our pause image and what the node is able to do', () => {
    expect(config).toContain(`sandbox_image = "${PAUSE_IMAGE}"`);
    expect(config).toContain('restrict_oom_score_adj = true');
    expect(config).toContain('stream_server_address = "127.0.0.1"');
    expect(snapshotterOf(config)).toBe('native');
    expect(snapshotterOf('snapshotter = "zfs"')).toBeUndefined();
  });
});

describe('an image name', () => {
  it.each([
    ['nginx', 'docker.io/library/nginx:latest'],
    ['nginx:1.25', 'docker.io/library/nginx:1.25'],
    ['user/app', 'docker.io/user/app:latest'],
    ['localhost/app', 'localhost/app:latest'],
    ['registry.example.com:5000/a/b', 'registry.example.com:5000/a/b:latest'],
    ['index.docker.io/nginx', 'docker.io/library/nginx:latest'],
    [`nginx@sha256:${'0'.repeat(64)}`, `docker.io/library/nginx@sha256:${'0'.repeat(64)}`],
    [`nginx:1@sha256:${'0'.repeat(64)}`, `docker.io/library/nginx:1@sha256:${'0'.repeat(64)}`],
    [PAUSE_IMAGE, PAUSE_IMAGE],
  ])('%s means %s', (short, full) => {
    expect(fullImageName(short)).toBe(full);
  });

  it('is taken apart', () => {
    expect(parseImageName('quay.io/a/b:v1')).toMatchObject({ domain: 'quay.io', path: 'a/b', tag: 'v1' });
  });
});

describe('imported images', () => {
  it('are read from what ctr says', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const output = `unpacking docker.io/library/a:1 (${digest})...done\nunpacking docker.io/library/a:2 (${digest})...done\n`;
    expect(importedImages(output)).toEqual([
      { name: 'docker.io/library/a:1', digest },
      { name: 'docker.io/library/a:2', digest },
    ]);
  });

  it('get the name that CRI looks up, from the file where the archive holds a tag alone', () => {
    expect(wantedName('app:v1', 'file')).toBe('docker.io/library/app:v1');
    expect(wantedName('import-2026-01-31:v1', 'myapp')).toBe('docker.io/library/myapp:v1');
    expect(wantedName('registry.example.com/app:v1', 'file')).toBe('registry.example.com/app:v1');
  });
});
