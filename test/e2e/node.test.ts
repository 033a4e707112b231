import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { RealCluster } from '../support/cluster/real-cluster.ts';
import { canRunContainers, startRealCluster, web } from '../support/cluster/real-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { podEvents } from '../support/commands/pod-events.ts';
import { run } from '../support/commands/program.ts';
import type { InstalledProvider } from '../support/image/credential-provider.ts';
import { installCredentialProvider } from '../support/image/credential-provider.ts';
import type { ImageRegistry } from '../support/image/image-registry.ts';
import { startImageRegistry } from '../support/image/image-registry.ts';
import { testImageArchive } from '../support/image/test-image.ts';
import { container, pod, shell } from '../support/manifests.ts';

const suite = canRunContainers ? describe : describe.skip;
const QUICK = { terminationGracePeriodSeconds: 1 };

suite('the node', () => {
  let cluster: RealCluster;
  let kubectl: Kubectl;
  let registry: ImageRegistry;
  let provider: InstalledProvider;
  beforeAll(async () => {
    const user = { name: 'me', password: 'open sesame' };
    registry = await startImageRegistry(testImageArchive(), 'web', user);
    provider = installCredentialProvider(registry.host, user);
    cluster = await startRealCluster({ args: provider.agentArgs.map((arg) => `--agent-arg=${arg}`) });
    kubectl = await cluster.namespace('node');
    await kubectl.input(
      [
        pod('web', { ...QUICK, containers: [container(web(), { readinessProbe: { periodSeconds: 1, timeoutSeconds: 30, httpGet: { port: 80 } } })] }),
        pod('loops', { ...QUICK, containers: [shell(web(), 'exit 1')] }),
        pod('once', { ...QUICK, restartPolicy: 'Never', containers: [shell(web(), 'echo ran')] }),
      ],
      'create',
      '-f',
      '-',
    );
    await kubectl('wait', '--for=condition=Ready', 'pod/web', '--timeout=60s');
  }, 180_000);
  afterAll(async () => {
    await registry?.stop();
    await cluster?.down();
    if (provider) rmSync(provider.directory, { recursive: true });
  }, 180_000);

  const node = (path: string) => kubectl.path(path, 'node', cluster.nodeName);
  /** Lists the containers of a pod in the runtime, running or not. */
  const containersOf = async (name: string) => {
    const socket = join(cluster.dataDir, 'run', 'containerd', 'containerd.sock');
    const filter = `labels."io.kubernetes.pod.name"==${name}`;
    const { stdout, stderr } = await run('ctr', ['--address', socket, '--namespace', 'k8s.io', 'containers', 'list', '--quiet', filter]);
    expect(stderr).toBe('');
    return stdout.split('\n').filter((id) => id !== '');
  };

  it('tells what it is, what it has and how it is', async () => {
    const status = JSON.parse(await node('{.status}'));
    expect(status.conditions).toMatchObject([
      { type: 'MemoryPressure', status: 'False', reason: 'KubeletHasSufficientMemory', message: 'kubelet has sufficient memory available' },
      { type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure', message: 'kubelet has no disk pressure' },
      { type: 'PIDPressure', status: 'False', reason: 'KubeletHasSufficientPID', message: 'kubelet has sufficient PID available' },
      { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
    ]);
    expect(status.nodeInfo).toMatchObject({
      operatingSystem: 'linux',
      kubeletVersion: expect.stringMatching(/^v1\.36\./),
      containerRuntimeVersion: expect.stringMatching(/^containerd:\/\/\d/),
      kernelVersion: expect.stringMatching(/\d/),
    });
    expect(status.capacity).toMatchObject({ pods: '110', memory: expect.stringMatching(/Ki$/) });
    expect(status.addresses).toContainEqual({ type: 'InternalIP', address: cluster.nodeIp });
    await eventually(async () => expect(await node('{.status.images[*].names}')).toContain(web()));
    expect(await kubectl('get', 'nodes', '-o', 'wide')).toMatch(
      new RegExp(`^${cluster.nodeName} +Ready +\\S+ +\\S+ +v1\\.36\\.\\S+ +${cluster.nodeIp} `, 'm'),
    );
    expect(await kubectl('describe', 'node', cluster.nodeName)).toMatch(/Non-terminated Pods: +\(\d+ in total\)[\s\S]* node +web +/);
    await eventually(async () => {
      const events = await kubectl('get', 'events', '-n', 'default', '--field-selector', `involvedObject.name=${cluster.nodeName}`);
      expect(events).toMatch(/Normal +Starting +node\/\S+ +Starting kubelet\./);
      expect(events).toMatch(/Normal +NodeReady +node\/\S+ +Node \S+ status is now: NodeReady/);
    });
  });

  it('renews its lease', async () => {
    const renewed = () => kubectl.path('{.spec.renewTime}', 'lease', '-n', 'kube-node-lease', cluster.nodeName);
    const before = await renewed();
    await eventually(async () => expect(await renewed()).not.toBe(before));
  });

  it('pulls images, with credentials where they are asked for, and says how long it took', async () => {
    const [open, secret] = [`${registry.host}/open/web:v1`, `${registry.host}/private/web:v1`];
    await kubectl(
      'create',
      'secret',
      'docker-registry',
      'registry',
      `--docker-server=${registry.host}`,
      '--docker-username=me',
      '--docker-password=open sesame',
    );
    await kubectl.input(
      [
        pod('pulled', { ...QUICK, containers: [container(open, { imagePullPolicy: 'Always' })] }),
        pod('digest', { ...QUICK, containers: [container(`${registry.host}/open/web@${registry.digest}`)] }),
        pod('secret', { ...QUICK, imagePullSecrets: [{ name: 'registry' }], containers: [container(secret)] }),
        pod('stranger', { ...QUICK, containers: [container(`${registry.host}/private/web:v1`, { imagePullPolicy: 'Always' })] }),
        pod('unknown', { ...QUICK, containers: [container(`${registry.host}/open/web:v9`)] }),
      ],
      'create',
      '-f',
      '-',
    );
    await kubectl('wait', '--for=condition=Ready', 'pod/pulled', 'pod/digest', 'pod/secret', '--timeout=60s');
    await eventually(async () => {
      const events = await podEvents(kubectl, 'pulled');
      expect(events).toContain(`Normal Pulling kubelet spec.containers{web}: Pulling image "${open}"`);
      expect(events.join('\n')).toMatch(
        new RegExp(
          `Normal Pulled kubelet spec.containers\\{web\\}: Successfully pulled image "${open}" in \\S+s \\(\\S+s including waiting\\)\\. Image size: \\d+ bytes\\.`,
        ),
      );
    });
    expect(await kubectl.path('{.status.containerStatuses[0].imageID}', 'pod', 'pulled')).toBe(`${registry.host}/open/web@${registry.digest}`);
    await eventually(async () => {
      expect((await podEvents(kubectl, 'stranger')).join('\n')).toMatch(
        /Failed to pull image .*: failed to pull and unpack image .*(401 Unauthorized|authorization failed)/,
      );
      expect((await podEvents(kubectl, 'unknown')).join('\n')).toMatch(
        /Failed to pull image .*: rpc error: code = NotFound desc = failed to pull and unpack image .*v9: not found/,
      );
    });
  });

  it('lets pods use an image that was pulled with credentials only if they have them too', async () => {
    const image = `${registry.host}/private/web:v1`;
    const login = (name: string, password: string) =>
      kubectl(
        'create',
        'secret',
        'docker-registry',
        name,
        `--docker-server=${registry.host}`,
        '--docker-username=me',
        `--docker-password=${password}`,
      );
    await Promise.all([login('copy', 'open sesame'), login('wrong', 'sesame')]);
    const using = (name: string, imagePullPolicy: string, secret?: string) =>
      pod(name, {
        ...QUICK,
        ...(secret ? { imagePullSecrets: [{ name: secret }] } : {}),
        containers: [container(image, { imagePullPolicy })],
      });
    await kubectl.input(
      [
        using('access-same', 'Never', 'registry'),
        using('access-copy', 'IfNotPresent', 'copy'),
        using('access-none', 'Never'),
        using('access-wrong', 'IfNotPresent', 'wrong'),
        using('access-gone', 'IfNotPresent', 'gone'),
        pod('access-open', { ...QUICK, containers: [container(`${registry.host}/open/web:v1`, { imagePullPolicy: 'Never' })] }),
      ],
      'create',
      '-f',
      '-',
    );
    await kubectl('wait', '--for=condition=Ready', 'pod/access-same', 'pod/access-copy', 'pod/access-open', '--timeout=60s');
    const events = async (name: string) => (await podEvents(kubectl, name)).join('\n');
    const waiting = (name: string) => kubectl.path('{.status.containerStatuses[0].state.waiting.reason}', 'pod', name);
    await eventually(async () => {
      expect(await events('access-copy')).toContain(`Container image "${image}" already present on machine and can be accessed by the pod`);
      expect(await events('access-none')).toContain(`Container image "${image}" is not present with pull policy of Never`);
      expect(await events('access-wrong')).toMatch(
        /Failed to pull image .*: failed to pull and unpack image .*(401 Unauthorized|authorization failed)/,
      );
      expect(await events('access-gone')).toContain(
        'Unable to retrieve some image pull secrets (gone); attempting to pull the image may not succeed.',
      );
      expect(await waiting('access-none')).toBe('ErrImageNeverPull');
      expect(await waiting('access-wrong')).toMatch(/^(ErrImagePull|ImagePullBackOff)$/);
      expect(await waiting('access-gone')).toMatch(/^(ErrImagePull|ImagePullBackOff)$/);
    });
    const records = join(cluster.dataDir, 'agent', 'image_manager');
    const [record, ...others] = readdirSync(join(records, 'pulled')).map((name) => JSON.parse(readFileSync(join(records, 'pulled', name), 'utf8')));
    expect(others).toEqual([]);
    expect(record).toMatchObject({ kind: 'ImagePulledRecord', imageRef: expect.stringMatching(/^sha256:/) });
    expect(record.credentialMapping).toMatchObject({
      [`${registry.host}/open/web`]: { nodePodsAccessible: true },
      [`${registry.host}/private/web`]: { kubernetesSecrets: [{ namespace: 'node', name: 'copy' }, { name: 'registry' }] },
    });
    await kubectl('delete', 'pod', 'access-none', 'access-wrong', 'access-gone', '--wait=false');
  });

  it("pulls images for a pod's service account by the credentials of a provider, and lets no other pods use them", async () => {
    const image = `${registry.host}/private/web:v1`;
    const { audience, annotation } = provider;
    const role = { kind: 'ClusterRole', name: 'audiences-of-nodes' };
    await kubectl.input(
      [
        { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'puller', annotations: { [annotation]: 'me' } } },
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: role.kind,
          metadata: { name: role.name },
          rules: [{ apiGroups: [''], verbs: ['request-serviceaccounts-token-audience'], resources: [audience] }],
        },
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'ClusterRoleBinding',
          metadata: { name: role.name },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', ...role },
          subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:nodes' }],
        },
      ],
      'create',
      '-f',
      '-',
    );
    const using = (name: string, imagePullPolicy: string, serviceAccountName: string) =>
      pod(name, { ...QUICK, serviceAccountName, containers: [container(image, { imagePullPolicy })] });
    await kubectl.input([using('provided', 'Always', 'puller'), using('unprovided', 'Always', 'default')], 'create', '-f', '-');
    await kubectl('wait', '--for=condition=Ready', 'pod/provided', '--timeout=60s');
    await kubectl.input([using('provided-again', 'Never', 'puller'), using('unprovided-never', 'Never', 'default')], 'create', '-f', '-');
    await kubectl('wait', '--for=condition=Ready', 'pod/provided-again', '--timeout=60s');
    const waiting = (name: string) => kubectl.path('{.status.containerStatuses[0].state.waiting.reason}', 'pod', name);
    await eventually(async () => {
      expect(await waiting('unprovided')).toMatch(/^(ErrImagePull|ImagePullBackOff)$/);
      expect(await waiting('unprovided-never')).toBe('ErrImageNeverPull');
    });
    const metrics = await kubectl('get', '--raw', `/api/v1/nodes/${cluster.nodeName}/proxy/metrics`);
    expect(metrics).toMatch(/^kubelet_credential_provider_plugin_duration_count\{plugin_name="tests-provider"\} 1$/m);
    expect(metrics).toMatch(/^kubelet_credential_provider_config_info\{hash="sha256:[0-9a-f]{64}"\} 1$/m);
    await kubectl('delete', 'pod', 'provided', 'provided-again', 'unprovided', 'unprovided-never', '--wait=false');
  });

  it('shows the configuration that the agent runs with, and the pods that run', async () => {
    const show = async (path: string) => JSON.parse(await kubectl('get', '--raw', `/api/v1/nodes/${cluster.nodeName}/proxy${path}`));
    const { kubeletconfig } = await show('/configz');
    expect(kubeletconfig).toMatchObject({ kind: 'KubeletConfiguration', cgroupDriver: 'cgroupfs', enforceNodeAllocatable: ['pods'] });
    expect(Object.keys(kubeletconfig.evictionHard)).toContain('memory.available');
    await kubectl.input(pod('shown', { ...QUICK, containers: [container(web())] }), 'create', '-f', '-');
    await kubectl('wait', '--for=condition=Ready', 'pod/shown', '--timeout=60s');
    const shown = expect.objectContaining({ metadata: expect.objectContaining({ name: 'shown' }) });
    expect(await show('/runningpods/')).toMatchObject({ kind: 'PodList', items: expect.arrayContaining([shown]) });
    await kubectl('delete', 'pod', 'shown', '--now');
  });

  it('runs static pods, which the API shows but does not rule', async () => {
    const directory = join(cluster.dataDir, 'manifests');
    mkdirSync(directory, { recursive: true });
    const file = join(directory, 'static.yaml');
    const mirror = `static-${cluster.nodeName}`;
    writeFileSync(
      file,
      JSON.stringify({ ...pod('static', { ...QUICK, containers: [container(web())] }), metadata: { name: 'static', namespace: 'node' } }),
    );
    await eventually(async () => expect(await kubectl('get', 'pod', mirror, '--no-headers')).toMatch(/ 1\/1 +Running /));
    const id = await kubectl.path('{.status.containerStatuses[0].containerID}', 'pod', mirror);
    await eventually(async () => expect(await kubectl('logs', mirror)).toBe('web v1 starts\n'));
    expect(await kubectl('exec', mirror, '--', 'hostname')).toBe(`${mirror}\n`);
    await kubectl('delete', 'pod', mirror, '--wait=false');
    await eventually(async () => expect(await kubectl.path('{.status.containerStatuses[0].containerID}', 'pod', mirror)).toBe(id));
    rmSync(file);
    await eventually(async () => expect(await kubectl('get', 'pod', mirror, '--ignore-not-found')).toBe(''));
    await eventually(async () => expect(await containersOf(mirror)).toEqual([]));
  });

  it('keeps nothing of a pod that is gone: containers, logs, files', async () => {
    const uid = await kubectl.path('{.metadata.uid}', 'pod', 'once');
    const logs = () => readdirSync(join(cluster.dataDir, 'agent', 'logs', 'pods')).join(' ');
    await eventually(async () => expect(await kubectl('logs', 'once')).toBe('ran\n'));
    expect(await containersOf('once')).toHaveLength(2);
    expect(logs()).toContain(uid);
    await kubectl('delete', 'pod', 'once');
    await eventually(async () => expect(await containersOf('once')).toEqual([]));
    await eventually(() => expect(logs()).not.toContain(uid));
    await eventually(() => expect(existsSync(join(cluster.dataDir, 'agent', 'pods', uid))).toBe(false));
  });

  it('a killed agent takes no container with it; the next one finds them all, with what they were before', async () => {
    const facts = () =>
      kubectl.path(
        '{.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount} {.status.conditions[?(@.type=="Ready")].lastTransitionTime}',
        'pod',
        'web',
      );
    await eventually(async () =>
      expect(Number(await kubectl.path('{.status.containerStatuses[0].restartCount}', 'pod', 'loops'))).toBeGreaterThan(1),
    );
    const before = await facts();
    process.kill(await cluster.pid('agent'), 'SIGKILL');
    const secret = container(`${registry.host}/private/web:v1`, { imagePullPolicy: 'Never' });
    await kubectl.input(
      [
        pod('meanwhile', { ...QUICK, containers: [container(web())] }),
        pod('friend', { ...QUICK, imagePullSecrets: [{ name: 'registry' }], containers: [secret] }),
        pod('alien', { ...QUICK, containers: [secret] }),
      ],
      'create',
      '-f',
      '-',
    );
    const ip = await kubectl.path('{.status.podIP}', 'pod', 'web');
    expect(await (await fetch(`http://${ip}/`)).text()).toBe('web v1 web\n');
    await cluster.up();
    await kubectl('wait', '--for=condition=Ready', 'pod/meanwhile', 'pod/friend', '--timeout=60s');
    await eventually(async () =>
      expect(await kubectl.path('{.status.containerStatuses[0].state.waiting.reason}', 'pod', 'alien')).toBe('ErrImageNeverPull'),
    );
    expect(await facts()).toBe(before);
    expect(await kubectl('exec', 'web', '--', 'hostname')).toBe('web\n');
    expect(await kubectl('logs', 'web')).toBe('web v1 starts\n');
    expect(await kubectl.path('{.status.containerStatuses[0].lastState.terminated.exitCode}', 'pod', 'loops')).toBe('1');
  }, 180_000);
});
