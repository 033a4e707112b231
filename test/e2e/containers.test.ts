import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { RealCluster } from '../support/cluster/real-cluster.ts';
import { canRunContainers, startRealCluster, web } from '../support/cluster/real-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { podEvents } from '../support/commands/pod-events.ts';
import { container, pod, shell } from '../support/manifests.ts';

const suite = canRunContainers ? describe : describe.skip;
const WAIT = '--timeout=60s';
const work = { volumes: [{ name: 'work', emptyDir: {} }], terminationGracePeriodSeconds: 1 };
const mount = { volumeMounts: [{ name: 'work', mountPath: '/work' }] };
const untilFile = (file: string) => `until [ -e ${file} ]; do sleep 0.1; done`;
const fileVariable = (key: string) => ({ name: key, valueFrom: { fileKeyRef: { volumeName: 'work', path: 'a.env', key } } });
const script = (text: string, more: object = {}) => shell(web(), text, { ...mount, ...more });
const once = (name: string, text: string, more: object = {}) => pod(name, { ...work, restartPolicy: 'Never', containers: [script(text, more)] });

suite('containers of a pod', () => {
  let cluster: RealCluster;
  let kubectl: Kubectl;
  beforeAll(async () => {
    cluster = await startRealCluster();
    kubectl = await cluster.namespace('containers');
    await kubectl.input(
      [
        pod('shared', {
          ...work,
          containers: [container(web(), mount), script('sleep 1000', { name: 'client' })],
        }),
        pod('staged', {
          ...work,
          initContainers: [
            script(`echo first > /work/log; ${untilFile('/work/go')}`, { name: 'first' }),
            script(`echo helper >> /work/log; trap 'exit 0' TERM; ${untilFile('/work/never')}`, {
              name: 'helper',
              restartPolicy: 'Always',
              startupProbe: { exec: { command: ['test', '-e', '/work/helped'] }, periodSeconds: 1, failureThreshold: 100 },
            }),
            script('echo second >> /work/log', { name: 'second' }),
          ],
          containers: [script('echo main >> /work/log; sleep 1000')],
        }),
        pod('job', {
          ...work,
          restartPolicy: 'Never',
          initContainers: [script('sleep 1000', { name: 'helper', restartPolicy: 'Always' })],
          containers: [script('echo done')],
        }),
        once('ends', 'exit 0'),
        once('fails', 'echo broken >&2; exit 3', { terminationMessagePolicy: 'FallbackToLogsOnError' }),
        once('speaks', 'echo -n "my last words" > /dev/termination-log; exit 1'),
        once('eats', 'tail /dev/zero', { resources: { limits: { memory: '20Mi' } } }),
        once('nothing', '', { command: ['no-such-program'] }),
        pod('init-fails', { ...work, restartPolicy: 'Never', initContainers: [script('exit 4', { name: 'init' })], containers: [script('true')] }),
        pod('again', { ...work, restartPolicy: 'OnFailure', containers: [script('[ -e /work/seen ] || { touch /work/seen; exit 1; }')] }),
        pod('loops', { ...work, containers: [script('echo attempt; exit 1')] }),
        pod('init-loops', { ...work, initContainers: [script('exit 5', { name: 'init' })], containers: [script('true')] }),
        pod('from-file', {
          ...work,
          restartPolicy: 'Never',
          initContainers: [script(`echo "GREETING='hello'" > /work/a.env`, { name: 'init' })],
          containers: [script('echo "$GREETING"; sleep 1000', { volumeMounts: [], env: [fileVariable('GREETING')] })],
        }),
        once('no-key', 'true', { env: [fileVariable('NOTHING')] }),
        pod('all-again', {
          ...work,
          restartPolicy: 'Never',
          initContainers: [script('echo init >> /work/log', { name: 'init' })],
          containers: [
            script('until [ -e /work/fail ]; do sleep 0.1; done; rm /work/fail; exit 42', {
              restartPolicy: 'Never',
              restartPolicyRules: [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }],
            }),
            script('sleep 1000', { name: 'other' }),
          ],
        }),
        pod('never-pulled', { containers: [container('docker.io/library/missing:1', { imagePullPolicy: 'Never' })] }),
        pod('not-pulled', { containers: [container('localhost:1/missing:1')] }),
        pod('no-image', { containers: [container('Not An Image')] }),
      ],
      'create',
      '-f',
      '-',
    );
  }, 180_000);
  afterAll(() => cluster?.down(), 180_000);

  const exec = (name: string, of: string, ...command: string[]) => kubectl('exec', name, '-c', of, '--', ...command);
  const row = (name: string) => kubectl('get', 'pod', name, '--no-headers');
  const state = (name: string, list = 'containerStatuses') =>
    kubectl.path(`{.status.${list}[0].state}`, 'pod', name).then((text): Record<string, Record<string, unknown>> => JSON.parse(text || '{}'));
  const ended = async (name: string) => {
    await eventually(async () => expect(await kubectl.path('{.status.phase}', 'pod', name)).toMatch(/Succeeded|Failed/));
    return (await state(name)).terminated;
  };

  it('share one network, host name and volumes', async () => {
    await kubectl('wait', '--for=condition=Ready', 'pod/shared', WAIT);
    // Without a probe a container is ready before its program listens.
    await eventually(async () => expect(await exec('shared', 'client', 'wget', '-qO-', 'http://localhost/')).toBe('web v1 shared\n'));
    expect(await exec('shared', 'client', 'hostname')).toBe('shared\n');
    await exec('shared', 'client', 'sh', '-c', 'echo hello > /work/file');
    expect(await exec('shared', 'web', 'cat', '/work/file')).toBe('hello\n');
    const ip = await kubectl.path('{.status.podIP}', 'pod', 'shared');
    expect(await exec('shared', 'client', 'cat', '/etc/hosts')).toContain(`${ip}\tshared\n`);
    expect(await row('shared')).toMatch(/^shared +2\/2 +Running +0 /);
  });

  it('are initialized one after the other; a sidecar goes before what follows it once it has started, and stays', async () => {
    await eventually(async () => expect(await row('staged')).toMatch(/ 0\/2 +Init:0\/3 +0 /));
    await exec('staged', 'first', 'touch', '/work/go');
    await eventually(async () => expect(await row('staged')).toMatch(/ 0\/2 +Init:1\/3 /));
    await eventually(async () => expect(await exec('staged', 'helper', 'cat', '/work/log')).toBe('first\nhelper\n'));
    await exec('staged', 'helper', 'touch', '/work/helped');
    await kubectl('wait', '--for=condition=Ready', 'pod/staged', WAIT);
    await eventually(async () => expect(await exec('staged', 'main', 'cat', '/work/log')).toBe('first\nhelper\nsecond\nmain\n'));
    expect(await row('staged')).toMatch(/ 2\/2 +Running +0 /);
    expect(await kubectl.path('{.status.initContainerStatuses[*].state}', 'pod', 'staged')).toMatch(/terminated.*running.*terminated/);
    await eventually(async () =>
      expect(await podEvents(kubectl, 'staged')).toContain('Normal Started kubelet spec.initContainers{helper}: Container started'),
    );
  });

  it('a pod is complete when its containers are, though a sidecar would go on', async () => {
    expect(await ended('job')).toMatchObject({ exitCode: 0, reason: 'Completed' });
    expect(await kubectl.path('{.status.phase}', 'pod', 'job')).toBe('Succeeded');
    expect(await row('job')).toMatch(/ 0\/2 +Completed +0 /);
  });

  it('tell how they ended: exit code, memory, a message of their own', async () => {
    expect(await ended('ends')).toMatchObject({ exitCode: 0, reason: 'Completed' });
    expect(await ended('fails')).toMatchObject({ exitCode: 3, reason: 'Error', message: 'broken\n' });
    expect(await ended('speaks')).toMatchObject({ exitCode: 1, reason: 'Error', message: 'my last words' });
    expect(await ended('eats')).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
    expect(await row('ends')).toMatch(/ 0\/1 +Completed +0 /);
    expect(await row('fails')).toMatch(/ 0\/1 +Error +0 /);
    expect(await row('eats')).toMatch(/ 0\/1 +OOMKilled +0 /);
  });

  it('whose program is not there say so', async () => {
    expect(await ended('nothing')).toMatchObject({
      exitCode: 128,
      reason: 'StartError',
      message: expect.stringMatching(/exec: "no-such-program": executable file not found in \$PATH/),
    });
    expect(await row('nothing')).toMatch(/ 0\/1 +StartError +0 /);
    await eventually(async () =>
      expect((await podEvents(kubectl, 'nothing')).join('\n')).toMatch(
        /Warning Failed kubelet spec.containers\{main\}: Error: failed to create containerd task: .*"no-such-program"/,
      ),
    );
  });

  it('do not start where an init container has failed for good', async () => {
    await eventually(async () => expect(await row('init-fails')).toMatch(/ 0\/1 +Init:Error +0 /));
    await eventually(async () => expect(await kubectl.path('{.status.phase}', 'pod', 'init-fails')).toBe('Failed'));
    expect(await state('init-fails')).toMatchObject({ waiting: { reason: 'PodInitializing' } });
  });

  it('run again after a failure where the policy is OnFailure, until they succeed', async () => {
    expect(await ended('again')).toMatchObject({ exitCode: 0 });
    expect(await kubectl.path('{.status.phase} {.status.containerStatuses[0].restartCount}', 'pod', 'again')).toBe('Succeeded 1');
    expect(await kubectl.path('{.status.containerStatuses[0].lastState.terminated.exitCode}', 'pod', 'again')).toBe('1');
  });

  it('have variables from files that init containers write, and wait for those that are not there', async () => {
    await kubectl('wait', '--for=condition=Ready', 'pod/from-file', WAIT);
    await eventually(async () => expect(await kubectl('logs', 'from-file')).toBe('hello\n'));
    await eventually(async () => expect(await row('no-key')).toMatch(/ 0\/1 +CreateContainerConfigError +0 /));
    expect(await state('no-key')).toMatchObject({ waiting: { message: "couldn't parse env file" } });
    await eventually(async () =>
      expect(await podEvents(kubectl, 'no-key')).toContain("Warning Failed kubelet spec.containers{main}: Error: couldn't parse env file"),
    );
  });

  it('all start again after an exit that asks for it, init containers first, in the same sandbox with the same volumes', async () => {
    await kubectl('wait', '--for=condition=Ready', 'pod/all-again', WAIT);
    const ip = await kubectl.path('{.status.podIP}', 'pod', 'all-again');
    await exec('all-again', 'other', 'touch', '/work/fail');
    const counts = '{.status.initContainerStatuses[*].restartCount} {.status.containerStatuses[*].restartCount}';
    await eventually(async () => expect(await kubectl.path(counts, 'pod', 'all-again')).toBe('1 1 1'));
    await kubectl('wait', '--for=condition=Ready', 'pod/all-again', WAIT);
    expect(await kubectl.path('{.status.containerStatuses[*].lastState.terminated.reason}', 'pod', 'all-again')).toBe(
      'RestartingAllContainers RestartingAllContainers',
    );
    expect(await kubectl.path('{.status.conditions[?(@.type=="AllContainersRestarting")].status} {.status.podIP}', 'pod', 'all-again')).toBe(
      `False ${ip}`,
    );
    expect(await exec('all-again', 'other', 'cat', '/work/log')).toBe('init\ninit\n');
    await eventually(async () => expect(await podEvents(kubectl, 'all-again')).toContain('Normal Killing kubelet spec.containers{other}: killing'));
  });

  it('that keep failing wait longer and longer', async () => {
    await eventually(async () => expect(await row('loops')).toMatch(/ 0\/1 +CrashLoopBackOff +[1-9]\d* \([\dms]+ ago\) /));
    const uid = await kubectl.path('{.metadata.uid}', 'pod', 'loops');
    // The first restart comes at once; each further one waits twice as long as the one before it.
    const delays = ['10s', '20s', '40s', '1m20s', '2m40s'];
    await eventually(async () => {
      const [status] = JSON.parse(await kubectl.path('{.status.containerStatuses}', 'pod', 'loops'));
      const delay = delays[status.restartCount - 1] ?? '5m0s';
      expect(status.state).toEqual({
        waiting: { reason: 'CrashLoopBackOff', message: `back-off ${delay} restarting failed container=main pod=loops_containers(${uid})` },
      });
    });
    expect(await kubectl.path('{.status.phase} {.status.containerStatuses[0].lastState.terminated.exitCode}', 'pod', 'loops')).toBe('Running 1');
    await eventually(async () =>
      expect(await podEvents(kubectl, 'loops')).toContain(
        `Warning BackOff kubelet spec.containers{main}: Back-off restarting failed container main in pod loops_containers(${uid})`,
      ),
    );
    await eventually(async () => expect(await kubectl('logs', 'loops', '--previous')).toBe('attempt\n'));
    await eventually(async () => expect(await row('init-loops')).toMatch(/ 0\/1 +Init:CrashLoopBackOff +\d /));
  });

  it('say why they have no image', async () => {
    await eventually(async () => expect(await row('never-pulled')).toMatch(/ 0\/1 +ErrImageNeverPull +0 /));
    const never = 'Container image "docker.io/library/missing:1" is not present with pull policy of Never';
    expect(await state('never-pulled')).toEqual({ waiting: { reason: 'ErrImageNeverPull', message: never } });
    await eventually(async () =>
      expect(await podEvents(kubectl, 'never-pulled')).toEqual(
        expect.arrayContaining([
          `Warning ErrImageNeverPull kubelet spec.containers{web}: ${never}`,
          'Warning Failed kubelet spec.containers{web}: Error: ErrImageNeverPull',
        ]),
      ),
    );

    await eventually(async () => expect(await row('not-pulled')).toMatch(/ 0\/1 +ImagePullBackOff +0 /));
    const held = /^Back-off pulling image "localhost:1\/missing:1": ErrImagePull: failed to pull and unpack image .*: connection refused$/;
    // Just after each try the status shows the failure without the back-off.
    await eventually(async () => expect(await state('not-pulled')).toMatchObject({ waiting: { message: expect.stringMatching(held) } }));
    await eventually(async () => {
      const events = (await podEvents(kubectl, 'not-pulled')).join('\n');
      expect(events).toMatch(/Normal Pulling kubelet spec.containers\{web\}: Pulling image "localhost:1\/missing:1"/);
      expect(events).toMatch(
        /Warning Failed kubelet spec.containers\{web\}: Failed to pull image "localhost:1\/missing:1": failed to pull and unpack/,
      );
      expect(events).toContain('Warning Failed kubelet spec.containers{web}: Error: ErrImagePull');
      expect(events).toContain('Normal BackOff kubelet spec.containers{web}: Back-off pulling image "localhost:1/missing:1"');
      expect(events).toContain('Warning Failed kubelet spec.containers{web}: Error: ImagePullBackOff');
    });
    await eventually(async () =>
      expect(await kubectl.fails(['logs', 'not-pulled'])).toMatch(
        /container "web" in pod "not-pulled" is waiting to start: trying and failing to pull image/,
      ),
    );

    await eventually(async () => expect(await row('no-image')).toMatch(/ 0\/1 +InvalidImageName +0 /));
  });

  it('end together when the pod is deleted, sidecars last', async () => {
    await kubectl('delete', 'pod', 'shared', 'staged', '--wait=true', WAIT);
    const killed = async (name: string) => (await podEvents(kubectl, name)).filter((event) => event.includes(' Killing ')).sort();
    await eventually(async () => {
      expect(await killed('staged')).toEqual([
        'Normal Killing kubelet spec.containers{main}: Stopping container main',
        'Normal Killing kubelet spec.initContainers{helper}: Stopping container helper',
      ]);
      expect(await killed('shared')).toHaveLength(2);
    });
  });
});
