import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { RealCluster } from '../support/cluster/real-cluster.ts';
import { canRunContainers, startRealCluster, web } from '../support/cluster/real-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { podEvents } from '../support/commands/pod-events.ts';
import { run } from '../support/commands/program.ts';
import { installDriver } from '../support/csi/installed-driver.ts';
import { pod, service, shell } from '../support/manifests.ts';

const suite = canRunContainers ? describe : describe.skip;
const QUICK = { terminationGracePeriodSeconds: 1 };
const SLEEP = 'sleep 1000';
const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount';

const configMap = (name: string, data: object, more: object = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data, ...more });
const secret = (name: string, stringData: object) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData });
const fieldRef = (fieldPath: string) => ({ fieldRef: { fieldPath } });
const resourceFieldRef = (resource: string, more: object = {}) => ({ resourceFieldRef: { resource, ...more } });

suite('what pods are given', () => {
  let cluster: RealCluster;
  let kubectl: Kubectl;
  let host: string;
  beforeAll(async () => {
    host = mkdtempSync(join(tmpdir(), 'skiff-host-path-'));
    writeFileSync(join(host, 'file'), 'of the host\n');
    cluster = await startRealCluster();
    kubectl = await cluster.namespace('configuration');
    await kubectl.input(
      [
        configMap('settings', { colour: 'blue', 'file.conf': 'one\n' }, { binaryData: { raw: Buffer.from([0, 255, 7]).toString('base64') } }),
        secret('password', { user: 'me', word: 'open sesame' }),
        service('api', { ports: [{ name: 'http', port: 80 }] }),
      ],
      'create',
      '-f',
      '-',
    );
    await kubectl.input(
      [
        pod('env', {
          ...QUICK,
          labels: { app: 'env' },
          containers: [
            shell(web(), SLEEP, {
              resources: { requests: { cpu: '250m', memory: '32Mi' }, limits: { cpu: '500m', memory: '64Mi' } },
              envFrom: [{ configMapRef: { name: 'settings' } }, { prefix: 'SECRET_', secretRef: { name: 'password' } }],
              env: [
                { name: 'PLAIN', value: 'plain' },
                { name: 'COMPOSED', value: '$(PLAIN) $(API_SERVICE_PORT) $$(PLAIN) $(UNKNOWN)' },
                { name: 'POD', valueFrom: fieldRef('metadata.name') },
                { name: 'NAMESPACE', valueFrom: fieldRef('metadata.namespace') },
                { name: 'LABEL', valueFrom: fieldRef("metadata.labels['app']") },
                { name: 'NODE', valueFrom: fieldRef('spec.nodeName') },
                { name: 'ACCOUNT', valueFrom: fieldRef('spec.serviceAccountName') },
                { name: 'POD_IP', valueFrom: fieldRef('status.podIP') },
                { name: 'HOST_IP', valueFrom: fieldRef('status.hostIP') },
                { name: 'CPU', valueFrom: resourceFieldRef('limits.cpu', { divisor: '1m' }) },
                { name: 'MEMORY', valueFrom: resourceFieldRef('requests.memory', { divisor: '1Mi' }) },
                { name: 'COLOUR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'colour' } } },
                { name: 'WORD', valueFrom: { secretKeyRef: { name: 'password', key: 'word' } } },
                { name: 'MISSING', valueFrom: { configMapKeyRef: { name: 'none', key: 'none', optional: true } } },
              ],
            }),
          ],
        }),
        pod('lacks', {
          ...QUICK,
          containers: [shell(web(), SLEEP, { env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'later', key: 'x' } } }] })],
        }),
        pod('volumes', {
          ...QUICK,
          labels: { app: 'volumes' },
          containers: [
            shell(web(), 'until [ -e /scratch/end ]; do sleep 0.1; done; rm /scratch/end', {
              volumeMounts: [
                { name: 'scratch', mountPath: '/scratch' },
                { name: 'memory', mountPath: '/memory' },
                { name: 'settings', mountPath: '/settings' },
                { name: 'settings', mountPath: '/etc/single.conf', subPath: 'file.conf' },
                { name: 'password', mountPath: '/password' },
                { name: 'all', mountPath: '/all' },
                { name: 'pod', mountPath: '/pod' },
                { name: 'host', mountPath: '/host' },
                { name: 'host', mountPath: '/host-read-only', readOnly: true },
                { name: 'scratch', mountPath: '/mine', subPathExpr: '$(POD)/sub' },
                { name: 'made', mountPath: '/made' },
              ],
              env: [{ name: 'POD', valueFrom: fieldRef('metadata.name') }],
            }),
          ],
          volumes: [
            { name: 'scratch', emptyDir: {} },
            { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '8Mi' } },
            { name: 'settings', configMap: { name: 'settings' } },
            { name: 'password', secret: { secretName: 'password', defaultMode: 0o400, items: [{ key: 'word', path: 'deep/word' }] } },
            {
              name: 'all',
              projected: {
                sources: [
                  { configMap: { name: 'settings', items: [{ key: 'colour', path: 'colour' }] } },
                  { secret: { name: 'password' } },
                  { downwardAPI: { items: [{ path: 'labels', ...fieldRef('metadata.labels') }] } },
                  { serviceAccountToken: { path: 'token', audience: 'somebody', expirationSeconds: 600 } },
                ],
              },
            },
            { name: 'pod', downwardAPI: { items: [{ path: 'labels', ...fieldRef('metadata.labels') }] } },
            { name: 'host', hostPath: { path: host, type: 'Directory' } },
            { name: 'made', hostPath: { path: join(host, 'made'), type: 'DirectoryOrCreate' } },
          ],
        }),
        pod('no-volume', {
          ...QUICK,
          containers: [shell(web(), SLEEP)],
          volumes: [{ name: 'later', configMap: { name: 'later' } }],
        }),
        pod('wrong-path', {
          ...QUICK,
          containers: [shell(web(), SLEEP)],
          volumes: [{ name: 'host', hostPath: { path: join(host, 'file'), type: 'Directory' } }],
        }),
      ],
      'create',
      '-f',
      '-',
    );
    await kubectl('wait', '--for=condition=Ready', 'pod/env', 'pod/volumes', '--timeout=60s');
  }, 180_000);
  afterAll(async () => {
    await cluster?.down();
    rmSync(host, { recursive: true, force: true });
  }, 180_000);

  const inside = (script: string) => kubectl('exec', 'volumes', '--', 'sh', '-c', script);

  it('variables: values, fields of the pod, resources, ConfigMaps, Secrets and services', async () => {
    const printed = new Map(
      (await kubectl('exec', 'env', '--', 'env')).split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]),
    );
    const ip = await kubectl.path('{.status.podIP}', 'pod', 'env');
    expect(Object.fromEntries(printed)).toMatchObject({
      HOSTNAME: 'env',
      PLAIN: 'plain',
      COMPOSED: 'plain 80 $(PLAIN) $(UNKNOWN)',
      POD: 'env',
      NAMESPACE: 'configuration',
      LABEL: 'env',
      NODE: cluster.nodeName,
      ACCOUNT: 'default',
      POD_IP: ip,
      HOST_IP: cluster.nodeIp,
      CPU: '500',
      MEMORY: '32',
      COLOUR: 'blue',
      WORD: 'open sesame',
      colour: 'blue',
      SECRET_user: 'me',
      VERSION: 'v1',
      KUBERNETES_SERVICE_PORT: '443',
      API_SERVICE_HOST: await kubectl.path('{.spec.clusterIP}', 'service', 'api'),
      API_SERVICE_PORT_HTTP: '80',
      API_PORT_80_TCP_PROTO: 'tcp',
    });
    expect(printed.has('MISSING')).toBe(false);
  });

  it('a pod whose ConfigMap is missing waits, says so, and starts when it is there', async () => {
    await eventually(async () => expect(await kubectl('get', 'pod', 'lacks', '--no-headers')).toMatch(/CreateContainerConfigError/));
    expect(await kubectl.path('{.status.containerStatuses[0].state.waiting.message}', 'pod', 'lacks')).toBe('configmap "later" not found');
    await eventually(async () => {
      expect(await podEvents(kubectl, 'lacks')).toContain('Warning Failed kubelet spec.containers{main}: Error: configmap "later" not found');
      expect(await podEvents(kubectl, 'no-volume')).toContain(
        'Warning FailedMount kubelet MountVolume.SetUp failed for volume "later" : configmap "later" not found',
      );
      expect(await kubectl('get', 'pod', 'no-volume', '--no-headers')).toMatch(/ContainerCreating/);
    });
    await kubectl.input(configMap('later', { x: 'now' }), 'create', '-f', '-');
    await kubectl('wait', '--for=condition=Ready', 'pod/lacks', 'pod/no-volume', '--timeout=60s');
    expect(await kubectl('exec', 'lacks', '--', 'sh', '-c', 'echo $X')).toBe('now\n');
  }, 180_000);

  it('emptyDir is writable by all and empty, on disk or in memory; a part of a volume is mounted by subPath', async () => {
    expect(await inside('stat -c %a /scratch; touch /scratch/x; ls /scratch')).toBe('777\nvolumes\nx\n');
    expect(await inside("grep ' /memory ' /proc/mounts")).toMatch(/^tmpfs \/memory tmpfs .*size=8192k/);
    await inside('echo sub > /mine/file');
    expect(await inside('cat /scratch/volumes/sub/file')).toBe('sub\n');
    expect(await inside('cat /etc/single.conf')).toBe('one\n');
  });

  it('files of ConfigMaps, Secrets and the pod, with their modes', async () => {
    expect(await inside('cat /settings/colour /settings/file.conf; od -An -tu1 /settings/raw')).toBe('blueone\n   0 255   7\n');
    expect(await inside('cat /password/deep/word; stat -Lc %a /password/deep/word')).toBe('open sesame400\n');
    expect(await inside('ls /all; cat /all/colour /all/user')).toBe('colour\nlabels\ntoken\nuser\nword\nblueme');
    expect(await inside('cat /pod/labels')).toBe('app="volumes"');
    const claims = JSON.parse(Buffer.from((await inside('cat /all/token')).split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({
      aud: ['somebody'],
      sub: 'system:serviceaccount:configuration:default',
      'kubernetes.io': { pod: { name: 'volumes' } },
    });
    expect(await kubectl.fails(['exec', 'volumes', '--', 'touch', '/settings/new'])).toMatch(/Read-only file system/);
  });

  it('hostPath shows the node, read-only where asked, made where asked', async () => {
    expect(await inside('cat /host/file; echo written > /host/new; echo made > /made/file')).toBe('of the host\n');
    expect(readFileSync(join(host, 'new'), 'utf8')).toBe('written\n');
    expect(existsSync(join(host, 'made', 'file'))).toBe(true);
    expect(await kubectl.fails(['exec', 'volumes', '--', 'touch', '/host-read-only/x'])).toMatch(/Read-only file system/);
    await eventually(async () =>
      expect((await podEvents(kubectl, 'wrong-path')).join('\n')).toContain(
        `FailedMount kubelet MountVolume.SetUp failed for volume "host" : hostPath type check failed: ${join(host, 'file')} is not a directory`,
      ),
    );
  });

  it('a claim has a directory of the node, which outlives its pods and goes with the claim', async () => {
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
    };
    const user = (name: string, readOnly: boolean) =>
      pod(name, {
        ...QUICK,
        securityContext: { runAsUser: 1000, fsGroup: 2000 },
        containers: [shell(web(), SLEEP, { volumeMounts: [{ name: 'data', mountPath: '/data' }] })],
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data', readOnly } }],
      });
    await kubectl.input([claim, user('writer', false)], 'create', '-f', '-');
    await kubectl('wait', '--for=condition=Ready', 'pod/writer', '--timeout=60s');
    expect(await kubectl('exec', 'writer', '--', 'sh', '-c', 'echo kept > /data/file; stat -c "%u %g" /data/file')).toBe('1000 2000\n');
    await kubectl('delete', 'pod', 'writer', '--timeout=60s');
    await kubectl.input(user('reader', true), 'create', '-f', '-');
    await kubectl('wait', '--for=condition=Ready', 'pod/reader', '--timeout=60s');
    expect(await kubectl('exec', 'reader', '--', 'cat', '/data/file')).toBe('kept\n');
    expect(await kubectl.fails(['exec', 'reader', '--', 'touch', '/data/x'])).toMatch(/Read-only file system/);
    const directory = await kubectl.path('{.items[0].spec.local.path}', 'pv');
    expect(readFileSync(join(directory, 'file'), 'utf8')).toBe('kept\n');
    const ofNode = `/api/v1/nodes/${await kubectl.path('{.items[0].metadata.name}', 'nodes')}/proxy`;
    // They are measured once a minute.
    await eventually(
      async () =>
        expect(await kubectl('get', '--raw', `${ofNode}/metrics`)).toMatch(/kubelet_volume_stats_used_bytes{.*persistentvolumeclaim="data"} [1-9]/),
      120_000,
    );
    await eventually(async () => {
      const summary = JSON.parse(await kubectl('get', '--raw', `${ofNode}/stats/summary`));
      const reader = summary.pods.find(({ podRef }: { podRef: { name: string } }) => podRef.name === 'reader');
      expect(reader.volume).toContainEqual(expect.objectContaining({ name: 'data', pvcRef: expect.objectContaining({ name: 'data' }) }));
      expect(reader.volume).toContainEqual(
        expect.objectContaining({ name: expect.stringMatching(/^kube-api-access-/), inodesUsed: expect.any(Number) }),
      );
    }, 120_000);
    await kubectl('delete', 'pod/reader', 'pvc/data', '--timeout=60s');
    await eventually(() => expect(existsSync(directory)).toBe(false));
  }, 420_000);

  it('volumes of a CSI driver are made, attached, mounted and grown, and outlive an agent that is killed', async () => {
    const installed = await installDriver(cluster);
    try {
      await eventually(async () => expect(await kubectl.path('{.items[0].spec.drivers[*].name}', 'csinodes')).toBe(installed.name));
      const claim = {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'disk' },
        spec: { accessModes: ['ReadWriteOnce'], storageClassName: installed.storageClass, resources: { requests: { storage: '1Mi' } } },
      };
      const inline = { name: 'scratch', csi: { driver: installed.name } };
      const user = (name: string) =>
        pod(name, {
          ...QUICK,
          securityContext: { runAsUser: 1000, fsGroup: 2000 },
          containers: [
            shell(web(), SLEEP, {
              volumeMounts: [
                { name: 'disk', mountPath: '/disk' },
                { name: 'disk', mountPath: '/part', subPath: 'part' },
                { name: 'scratch', mountPath: '/scratch' },
              ],
            }),
          ],
          volumes: [{ name: 'disk', persistentVolumeClaim: { claimName: 'disk' } }, inline],
        });
      await kubectl.input([claim, user('first')], 'create', '-f', '-');
      await kubectl('wait', '--for=condition=Ready', 'pod/first', '--timeout=60s');
      expect(await kubectl('exec', 'first', '--', 'sh', '-c', 'echo kept > /disk/file; stat -c %g /disk/file; ls -d /part /scratch')).toBe(
        '2000\n/part\n/scratch\n',
      );
      const volume = await kubectl.path('{.spec.volumeName}', 'pvc', 'disk');
      expect(readFileSync(join(installed.volumeDirectory(volume), 'file'), 'utf8')).toBe('kept\n');
      expect(await kubectl.path('{.items[0].status.volumesAttached[*].name}', 'nodes')).toBe(`kubernetes.io/csi/${installed.name}^${volume}`);
      expect(await kubectl.path('{.items[0].status.volumesInUse[*]}', 'nodes')).toBe(`kubernetes.io/csi/${installed.name}^${volume}`);

      const agent = await cluster.pid('agent');
      process.kill(agent, 'SIGKILL');
      await eventually(async () => expect(await cluster.pid('agent')).not.toBe(agent));
      await eventually(async () => expect(await kubectl('exec', 'first', '--', 'cat', '/disk/file')).toBe('kept\n'));
      await kubectl('patch', 'pvc', 'disk', '-p', '{"spec":{"resources":{"requests":{"storage":"2Mi"}}}}');
      await kubectl('delete', 'pod', 'first', '--timeout=60s');
      await eventually(async () => expect(await kubectl('get', 'volumeattachments', '-o', 'name')).toBe(''));
      await eventually(async () => expect(await kubectl.path('{.status.allocatedResources.storage}', 'pvc', 'disk')).toBe('2Mi'));
      await kubectl.input(user('second'), 'create', '-f', '-');
      await kubectl('wait', '--for=condition=Ready', 'pod/second', '--timeout=60s');
      expect(await kubectl('exec', 'second', '--', 'cat', '/disk/file')).toBe('kept\n');
      expect(await kubectl.path('{.status.capacity.storage}', 'pvc', 'disk')).toBe('2Mi');
      await kubectl('delete', 'pod/second', 'pvc/disk', '--timeout=60s');
      await eventually(() => expect(existsSync(installed.volumeDirectory(volume))).toBe(false));

      await installed.stopDriver();
      await kubectl.input(pod('late', { ...QUICK, containers: [shell(web(), SLEEP)], volumes: [inline] }), 'create', '-f', '-');
      await eventually(async () =>
        expect((await podEvents(kubectl, 'late')).join('\n')).toContain(
          `FailedMount kubelet MountVolume.SetUp failed for volume "scratch" : kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver name ${installed.name} not found in the list of registered CSI drivers`,
        ),
      );
      await kubectl('delete', 'pod', 'late', '--timeout=60s');
    } finally {
      await installed.remove();
    }
  }, 240_000);

  const volume = (name: string, source: object) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      capacity: { storage: '1Mi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'manual',
      claimRef: { namespace: 'configuration', name },
      ...source,
    },
  });
  const nodeAffinity = {
    required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/os', operator: 'In', values: ['linux'] }] }] },
  };
  const claim = (name: string) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'manual', volumeName: name, resources: { requests: { storage: '1Mi' } } },
  });
  const user = (name: string) =>
    pod(name, {
      ...QUICK,
      containers: [shell(web(), SLEEP, { volumeMounts: [{ name: 'data', mountPath: '/data' }] })],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: name } }],
    });

  it('a local directory has the mount options of its volume, and outlives the pod that had it mounted', async () => {
    const disk = join(host, 'disk');
    mkdirSync(disk);
    writeFileSync(join(disk, 'program'), '#!/bin/sh\necho ran\n', { mode: 0o755 });
    const [quiet, refused] = [
      volume('quiet', { local: { path: disk }, mountOptions: ['noexec'], nodeAffinity }),
      volume('refused', { hostPath: { path: disk }, mountOptions: ['noexec'] }),
    ];
    await kubectl.input([quiet, claim('quiet'), user('quiet'), refused, claim('refused'), user('refused')], 'create', '-f', '-');
    await kubectl('wait', '--for=condition=Ready', 'pod/quiet', '--timeout=60s');
    expect(await kubectl('exec', 'quiet', '--', 'sh', '/data/program')).toBe('ran\n');
    expect(await kubectl.fails(['exec', 'quiet', '--', '/data/program'])).toMatch(/permission denied/i);
    await eventually(async () =>
      expect((await podEvents(kubectl, 'refused')).join('\n')).toContain(
        'FailedMount kubelet MountVolume.MountOptionSupport check failed for volume "refused" : mount options are not supported for this volume type',
      ),
    );
    await kubectl('delete', 'pod', 'quiet', 'refused', '--timeout=60s');
    expect(existsSync(join(disk, 'program'))).toBe(true);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain('kubernetes.io~local-volume/quiet');
  }, 180_000);

  it('a volume that cannot be mounted says why', async () => {
    const [lost, away] = [
      volume('lost', { local: { path: join(host, 'no-such') }, nodeAffinity }),
      volume('away', { nfs: { server: '127.0.0.1', path: '/export' } }),
    ];
    await kubectl.input([lost, claim('lost'), user('lost'), away, claim('away'), user('away')], 'create', '-f', '-');
    await eventually(async () => {
      expect((await podEvents(kubectl, 'lost')).join('\n')).toContain(
        `FailedMount kubelet MountVolume.NewMounter initialization failed for volume "lost" : path "${join(host, 'no-such')}" does not exist`,
      );
      expect((await podEvents(kubectl, 'away')).join('\n')).toMatch(
        /FailedMount kubelet MountVolume.SetUp failed for volume "away" : mount failed: exit status \d+\nMounting command: mount\nMounting arguments: -t nfs 127.0.0.1:\/export .*\nOutput: mount/,
      );
    });
    await kubectl('delete', 'pod', 'lost', 'away', '--timeout=60s');
  }, 180_000);

  it('changes reach the files of a pod that runs, but not what was mounted by subPath', async () => {
    await kubectl('patch', 'configmap', 'settings', '-p', '{"data":{"colour":"red","file.conf":"two\\n","more":"m"}}');
    await kubectl('patch', 'secret', 'password', '-p', '{"stringData":{"word":"changed"}}');
    await kubectl('label', 'pod', 'volumes', 'tier=front');
    await eventually(async () => {
      expect(await inside('cat /settings/colour /settings/more /settings/file.conf')).toBe('redmtwo\n');
      expect(await inside('cat /password/deep/word /all/word')).toBe('changedchanged');
      expect(await inside('cat /pod/labels')).toBe('app="volumes"\ntier="front"');
    });
    expect(await inside('cat /etc/single.conf')).toBe('one\n');
    // The container's next run mounts the file again.
    await kubectl('exec', 'volumes', '--', 'touch', '/scratch/end');
    await kubectl('wait', '--for=jsonpath={.status.containerStatuses[0].restartCount}=1', 'pod/volumes', '--timeout=60s');
    await kubectl('wait', '--for=condition=Ready', 'pod/volumes', '--timeout=60s');
    expect(await inside('cat /etc/single.conf; cat /mine/file')).toBe('two\nsub\n');
  });

  it('the service account of a pod reaches the API server by its service', async () => {
    expect(await inside(`ls ${TOKEN}; cat ${TOKEN}/namespace`)).toBe('ca.crt\nnamespace\ntoken\nconfiguration');
    expect(await inside(`cat ${TOKEN}/ca.crt`)).toMatch(/^-----BEGIN CERTIFICATE-----/);
    const [uid = '', id = ''] = (await kubectl.path('{.metadata.uid} {.status.containerStatuses[0].containerID}', 'pod', 'volumes')).split(/ .*\/\//);
    const cgroup = existsSync('/sys/fs/cgroup/memory') ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup';
    const [pid = ''] = readFileSync(join(cgroup, cluster.cgroupRoot, 'besteffort', `pod${uid}`, id, 'cgroup.procs'), 'utf8').split('\n');
    writeFileSync(join(host, 'ca.crt'), await inside(`cat ${TOKEN}/ca.crt`));
    const request = `
      const answer = await fetch('https://' + process.env.SERVER + '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
        method: 'POST',
        headers: { authorization: 'Bearer ' + process.env.TOKEN, 'content-type': 'application/json' },
        body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }),
      });
      console.log(await answer.text());`;
    // The image has no program that speaks TLS well enough: the test's own program enters the pod's network.
    const { stdout, stderr } = await run('nsenter', ['--target', pid, '--net', process.execPath, '--input-type=module', '-e', request], {
      env: {
        SERVER: (await inside('echo $KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT_HTTPS')).trim(),
        TOKEN: await inside(`cat ${TOKEN}/token`),
        NODE_EXTRA_CA_CERTS: join(host, 'ca.crt'),
      },
    });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ status: { userInfo: { username: 'system:serviceaccount:configuration:default' } } });
  });

  it('nothing of a pod is left on the node when it is gone', async () => {
    const uid = await kubectl.path('{.metadata.uid}', 'pod', 'volumes');
    expect(existsSync(join(cluster.dataDir, 'agent', 'pods', uid))).toBe(true);
    await kubectl('delete', 'pod', 'volumes', '--timeout=60s');
    await eventually(() => {
      expect(existsSync(join(cluster.dataDir, 'agent', 'pods', uid))).toBe(false);
      expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(uid);
    });
    expect(readFileSync(join(host, 'new'), 'utf8')).toBe('written\n');
  });
});
