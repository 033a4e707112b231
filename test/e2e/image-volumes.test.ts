import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CRI_NAMESPACE, containerdPaths } from '../../agent/containerd/index.ts';
import { mountsUnder } from '../../agent/volume/mount-command.ts';
import { eventually } from '../../cli/cluster/eventually.ts';
import { layoutOf } from '../../cli/config/data-dir.ts';
import type { RealCluster } from '../support/cluster/real-cluster.ts';
import { canRunContainers, startRealCluster, web } from '../support/cluster/real-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { podEvents } from '../support/commands/pod-events.ts';
import { run } from '../support/commands/program.ts';
import type { LayerFiles } from '../support/image/file-image.ts';
import { fileImageArchive } from '../support/image/file-image.ts';
import { pod, shell } from '../support/manifests.ts';

const suite = canRunContainers ? describe : describe.skip;
const QUICK = { terminationGracePeriodSeconds: 1 };
const SLEEP = 'sleep 1000';
const MODEL = 'docker.io/library/model:v1';
const MANY = 'docker.io/library/many:v1';
/** As many layers as their full paths are too long for the kernel. */
const LAYERS = 60;

suite('volumes that are the content of images', () => {
  let cluster: RealCluster;
  let kubectl: Kubectl;
  let directory: string;
  const load = async (name: string, layers: readonly LayerFiles[]) => {
    const loaded = await cluster.skiff('image', 'load', await fileImageArchive(directory, name, layers));
    if (loaded.code !== 0) throw new Error(`skiff image load: ${loaded.stderr}`);
  };
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'skiff-file-images-'));
    cluster = await startRealCluster();
    kubectl = await cluster.namespace('images');
    await load(MODEL, [{ 'data/file': 'first\n', 'data/lower': 'below\n', out: '->/etc' }, { 'data/file': 'second\n' }]);
    await load(
      MANY,
      Array.from({ length: LAYERS }, (_, place) => ({ [String(place)]: `${place}\n` })),
    );
  }, 180_000);
  afterAll(async () => {
    await cluster?.down();
    rmSync(directory, { recursive: true, force: true });
  }, 180_000);

  const image = (name: string, reference: string, more: object = {}) => ({ name, image: { reference, ...more } });
  const using = (name: string, volumes: readonly object[], volumeMounts: readonly object[]) =>
    pod(name, { ...QUICK, volumes, containers: [shell(web(), SLEEP, { volumeMounts })] });
  const create = (...pods: readonly object[]) => kubectl.input([...pods], 'create', '-f', '-');
  const ready = (...names: string[]) => kubectl('wait', '--for=condition=Ready', ...names.map((name) => `pod/${name}`), '--timeout=60s');
  const inside = (name: string, script: string, of = 'main') => kubectl('exec', name, '-c', of, '--', 'sh', '-c', script);
  const waiting = async (name: string) => JSON.parse(await kubectl.path('{.status.containerStatuses[0].state.waiting}', 'pod', name));
  /** The views of snapshots that are kept for volumes. */
  const kept = async () => {
    const { agent: dataDir, run: runDir } = layoutOf(cluster.dataDir);
    const { socket, snapshotterFile } = containerdPaths({ dataDir, runDir });
    const snapshotter = readFileSync(snapshotterFile, 'utf8');
    const { stdout } = await run('ctr', ['--address', socket, '--namespace', CRI_NAMESPACE, 'snapshots', '--snapshotter', snapshotter, 'ls']);
    return stdout.split('\n').filter((line) => line.includes('kubernetes.io~image'));
  };

  it('show the image’s files, all its layers, read-only, to each container that mounts them', async () => {
    await create(
      pod('shared', {
        ...QUICK,
        volumes: [image('model', MODEL), image('many', MANY)],
        containers: [
          shell(web(), SLEEP, { volumeMounts: [{ name: 'model', mountPath: '/model' }] }),
          shell(web(), SLEEP, {
            name: 'other',
            volumeMounts: [
              { name: 'model', mountPath: '/here', subPath: 'data' },
              { name: 'many', mountPath: '/many' },
            ],
          }),
        ],
      }),
    );
    await ready('shared');
    expect(await inside('shared', 'cat /model/data/file /model/data/lower')).toBe('second\nbelow\n');
    expect(await inside('shared', 'touch /model/new 2>&1 || true')).toMatch(/Read-only file system/);
    expect(await inside('shared', 'cat /here/file; ls /many | wc -l; cat /many/0 /many/59', 'other')).toBe(`second\n${LAYERS}\n0\n59\n`);
    expect(await podEvents(kubectl, 'shared')).toContain(
      `Normal Pulled kubelet Container image "${MODEL}" already present on machine and can be accessed by the pod`,
    );
  });

  it('are there again for a container that starts again, also under another agent', async () => {
    const volumeMounts = [{ name: 'model', mountPath: '/model' }];
    const containers = [shell(web(), 'cat /model/data/file; until [ -e /end ]; do sleep 0.1; done', { volumeMounts })];
    await create(pod('again', { ...QUICK, volumes: [image('model', MODEL)], containers }));
    await ready('again');
    const agent = await cluster.pid('agent');
    process.kill(agent, 'SIGKILL');
    await eventually(async () => expect(await cluster.pid('agent')).not.toBe(agent));
    await eventually(async () => expect(await kubectl('exec', 'again', '--', 'touch', '/end')).toBe(''));
    await kubectl('wait', '--for=jsonpath={.status.containerStatuses[0].restartCount}=1', 'pod/again', '--timeout=60s');
    await ready('again');
    await eventually(async () => expect(await kubectl('logs', 'again')).toBe('second\n'));
  });

  it('that cannot be pulled keep the containers from starting that mount them, and no others', async () => {
    const missing = image('none', 'localhost:1/none:v1', { pullPolicy: 'Never' });
    await create(using('missing', [missing], [{ name: 'none', mountPath: '/none' }]), using('unused', [missing], []));
    await ready('unused');
    const problem = 'Container image "localhost:1/none:v1" is not present with pull policy of Never';
    await eventually(async () => expect(await waiting('missing')).toEqual({ reason: 'ErrImageNeverPull', message: problem }));
    const events = await podEvents(kubectl, 'missing');
    expect(events).toContain(`Warning ErrImageNeverPull kubelet ${problem}`);
    expect(events).toContain('Warning Failed kubelet spec.containers{main}: Error: ErrImageNeverPull');
  });

  it('have directories that can be mounted alone; a path that is none is told', async () => {
    const at = (subPath: string) => [{ name: 'model', mountPath: '/model', subPath }];
    const volumes = [image('model', MODEL)];
    await create(using('absent', volumes, at('absent')), using('file', volumes, at('data/file')), using('out', volumes, at('out')));
    const failure = (why: string) => ({ reason: 'CreateContainerError', message: `ImageVolumeMountFailed: failed to ensure image subpath ${why}` });
    await eventually(async () => expect(await waiting('absent')).toEqual(failure('"absent": no such file or directory')));
    await eventually(async () => expect(await waiting('file')).toEqual(failure('"data/file": only directory subpath is supported')));
    await eventually(async () => expect(await waiting('out')).toEqual(failure('"out": path escapes from parent')));
  });

  it('leave nothing behind when the pods are gone', async () => {
    expect((await kept()).length).toBeGreaterThan(0);
    await kubectl('delete', 'pods', '--all', '--timeout=60s');
    await eventually(async () => expect(await kept()).toEqual([]));
    expect(await mountsUnder(join(layoutOf(cluster.dataDir).agent, 'pods'))).toEqual([]);
  });
});
