import { accessSync, constants, existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { RealCluster } from '../support/cluster/real-cluster.ts';
import { canRunContainers, startRealCluster, web } from '../support/cluster/real-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { podEvents } from '../support/commands/pod-events.ts';
import { container, pod, resources, shell } from '../support/manifests.ts';

const suite = canRunContainers ? describe : describe.skip;
const QUICK = { terminationGracePeriodSeconds: 1 };
const SLEEP = 'sleep 1000';
/** Whether the host has cgroups of version 2. */
const unified = existsSync('/sys/fs/cgroup/cgroup.controllers');
const HUGE_PAGES = '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages';
const canSetPagesAside = isWritable(HUGE_PAGES);

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

suite('what holds containers', () => {
  let cluster: RealCluster;
  let kubectl: Kubectl;
  let host: string;
  let pagesBefore: string | undefined;
  beforeAll(async () => {
    // A node counts them as its agent starts.
    if (canSetPagesAside) {
      pagesBefore = readFileSync(HUGE_PAGES, 'utf8');
      writeFileSync(HUGE_PAGES, String(Number(pagesBefore) + 2));
    }
    host = mkdtempSync(join(tmpdir(), 'skiff-hooks-'));
    cluster = await startRealCluster();
    kubectl = await cluster.namespace('limits');
    const hostVolume = { volumes: [{ name: 'host', hostPath: { path: host } }] };
    const hostMount = { volumeMounts: [{ name: 'host', mountPath: '/host' }] };
    await kubectl.input(
      [
        pod('guaranteed', { ...QUICK, containers: [shell(web(), SLEEP, { resources: resources('200m', '64Mi') })] }),
        pod('burstable', {
          ...QUICK,
          containers: [shell(web(), SLEEP, { resources: { requests: { cpu: '100m', memory: '32Mi' }, limits: { memory: '64Mi' } } })],
        }),
        pod('whole', {
          ...QUICK,
          resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '200m', memory: '64Mi' } },
          containers: [
            shell(web(), SLEEP),
            shell(web(), SLEEP, { name: 'again', resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] }),
          ],
        }),
        pod('initializing', {
          ...QUICK,
          initContainers: [shell(web(), SLEEP, { name: 'init', resources: { requests: { memory: '32Mi' }, limits: { memory: '64Mi' } } })],
          containers: [shell(web(), SLEEP)],
        }),
        pod('best-effort', { ...QUICK, containers: [shell(web(), SLEEP)] }),
        pod('user', {
          ...QUICK,
          securityContext: { runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000, supplementalGroups: [4000] },
          containers: [
            shell(web(), SLEEP, {
              securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
              volumeMounts: [{ name: 'data', mountPath: '/data' }],
            }),
            shell(web(), SLEEP, { name: 'other', securityContext: { runAsUser: 0, runAsGroup: 0, capabilities: { add: ['NET_ADMIN'] } } }),
          ],
          volumes: [{ name: 'data', emptyDir: {} }],
        }),
        pod('no-root', { ...QUICK, securityContext: { runAsNonRoot: true }, containers: [shell(web(), SLEEP)] }),
        pod('host', {
          ...QUICK,
          hostNetwork: true,
          hostPID: true,
          containers: [shell(web(), SLEEP, { securityContext: { privileged: true } })],
        }),
        pod('together', { ...QUICK, shareProcessNamespace: true, containers: [container(web()), shell(web(), SLEEP)] }),
        pod('hooked', {
          terminationGracePeriodSeconds: 20,
          ...hostVolume,
          containers: [
            shell(web(), "trap 'echo term >> /host/hooks; exit 0' TERM; sleep 1000 & wait", {
              ...hostMount,
              lifecycle: {
                postStart: { exec: { command: ['sh', '-c', 'echo start > /host/hooks'] } },
                preStop: { exec: { command: ['sh', '-c', 'echo stop >> /host/hooks'] } },
              },
            }),
          ],
        }),
        pod('bad-hook', {
          ...QUICK,
          restartPolicy: 'Never',
          containers: [shell(web(), SLEEP, { lifecycle: { postStart: { exec: { command: ['false'] } } } })],
        }),
        pod('overfull', {
          ...QUICK,
          restartPolicy: 'Never',
          containers: [
            shell(web(), 'dd if=/dev/zero of=/cache/data bs=1M count=8; sleep 1000', { volumeMounts: [{ name: 'cache', mountPath: '/cache' }] }),
          ],
          volumes: [{ name: 'cache', emptyDir: { sizeLimit: '1Mi' } }],
        }),
        pod('memory', {
          ...QUICK,
          securityContext: { fsGroup: 2000 },
          containers: [
            shell(web(), SLEEP, {
              volumeMounts: [
                { name: 'fast', mountPath: '/fast' },
                { name: 'shared', mountPath: '/shared', mountPropagation: 'Bidirectional' },
              ],
              securityContext: { privileged: true },
            }),
          ],
          volumes: [
            { name: 'fast', emptyDir: { medium: 'Memory' } },
            { name: 'shared', hostPath: { path: host } },
          ],
        }),
        pod('stubborn', { terminationGracePeriodSeconds: 1, containers: [shell(web(), SLEEP)] }),
        pod('patient', { terminationGracePeriodSeconds: 600, containers: [shell(web(), SLEEP)] }),
      ],
      'create',
      '-f',
      '-',
    );
  }, 180_000);
  afterAll(async () => {
    await cluster?.down();
    if (pagesBefore !== undefined) writeFileSync(HUGE_PAGES, pagesBefore);
    rmSync(host, { recursive: true, force: true });
  }, 180_000);

  const ready = (...names: string[]) => kubectl('wait', '--for=condition=Ready', ...names.map((name) => `pod/${name}`), '--timeout=60s');
  const inside = (name: string, script: string, of = 'main') => kubectl('exec', name, '-c', of, '--', 'sh', '-c', script);
  /** Reads a file of a pod's cgroup, by its name in version 1 and in version 2. */
  const podCgroup = async (name: string, qos: string, v1: readonly [string, string], v2: string) => {
    const uid = await kubectl.path('{.metadata.uid}', 'pod', name);
    const path = join(cluster.cgroupRoot, qos, `pod${uid}`);
    return readFileSync(unified ? join('/sys/fs/cgroup', path, v2) : join('/sys/fs/cgroup', v1[0], path, v1[1]), 'utf8').trim();
  };

  it('requests and limits are cgroups of the pod and of its containers, by class of service', async () => {
    await ready('guaranteed', 'burstable', 'best-effort');
    const classes = await kubectl.path('{.items[*].status.qosClass}', 'pods', '--field-selector', 'metadata.name=guaranteed');
    expect(classes).toBe('Guaranteed');
    expect(await kubectl.path('{.status.qosClass}', 'pod', 'burstable')).toBe('Burstable');
    expect(await kubectl.path('{.status.qosClass}', 'pod', 'best-effort')).toBe('BestEffort');
    expect(await podCgroup('guaranteed', '', ['memory', 'memory.limit_in_bytes'], 'memory.max')).toBe(String(64 * 2 ** 20));
    expect(await podCgroup('guaranteed', '', ['cpu', 'cpu.cfs_quota_us'], 'cpu.max')).toMatch(/^20000/);
    expect(await podCgroup('burstable', 'burstable', ['cpu', 'cpu.shares'], 'cpu.weight')).toBe(unified ? '4' : '102');
    expect(await podCgroup('best-effort', 'besteffort', ['cpu', 'cpu.shares'], 'cpu.weight')).toBe(unified ? '1' : '2');
    // The node has other burstable pods: together they weigh as much as this one at least.
    const ofClass = (name: string) =>
      Number(readFileSync(join('/sys/fs/cgroup', unified ? '' : 'cpu', cluster.cgroupRoot, name, unified ? 'cpu.weight' : 'cpu.shares'), 'utf8'));
    expect(ofClass('besteffort')).toBe(unified ? 1 : 2);
    expect(ofClass('burstable')).toBeGreaterThanOrEqual(unified ? 4 : 102);
    expect(ofClass('burstable')).not.toBe(unified ? 100 : 1024);
    const cpus = Number(await kubectl.path('{.status.allocatable.cpu}', 'node', cluster.nodeName));
    const [file, weight] = unified ? ['cpu.weight', Math.floor(1 + ((cpus * 1024 - 2) * 9999) / 262_142)] : ['cpu/cpu.shares', cpus * 1024];
    const ofPods = join('/sys/fs/cgroup', dirname(file), cluster.cgroupRoot, basename(file));
    expect(readFileSync(ofPods, 'utf8')).toBe(`${weight}\n`);
    // Nothing is reserved: all pods may have what the machine has.
    const together = (v1: string, v2: string) =>
      Number(readFileSync(join('/sys/fs/cgroup', unified ? '' : dirname(v1), cluster.cgroupRoot, unified ? v2 : basename(v1)), 'utf8'));
    expect(together('memory/memory.limit_in_bytes', 'memory.max')).toBe(totalmem());
    const tasks = ['pid_max', 'threads-max'].map((name) => Number(readFileSync(`/proc/sys/kernel/${name}`, 'utf8')));
    expect(together('pids/pids.max', 'pids.max')).toBe(Math.min(...tasks));
    const ofContainer = unified ? 'cat /sys/fs/cgroup/memory.max' : 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes';
    expect(await inside('burstable', ofContainer)).toBe(`${64 * 2 ** 20}\n`);
    const scores = await Promise.all(['guaranteed', 'burstable', 'best-effort'].map((name) => inside(name, 'cat /proc/1/oom_score_adj')));
    const [guaranteed = 0, burstable = 0, bestEffort = 0] = scores.map(Number);
    expect(guaranteed).toBeLessThanOrEqual(burstable);
    expect(burstable).toBeLessThan(bestEffort);
    expect(bestEffort).toBe(1000);
  });

  it('the overhead of a RuntimeClass raises the limit of the pod, which bounds its volumes in memory', async () => {
    const runtimeClass = {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'costly' },
      handler: 'runc',
      overhead: { podFixed: { memory: '32Mi' } },
    };
    await kubectl.input([runtimeClass], 'create', '-f', '-');
    const volumeMounts = [{ name: 'fast', mountPath: '/fast' }];
    const costly = pod('costly', {
      ...QUICK,
      runtimeClassName: 'costly',
      containers: [shell(web(), SLEEP, { resources: resources('100m', '64Mi'), volumeMounts })],
      volumes: [{ name: 'fast', emptyDir: { medium: 'Memory' } }],
    });
    await eventually(() => kubectl.input([costly], 'create', '-f', '-'));
    await ready('costly');
    expect(await podCgroup('costly', '', ['memory', 'memory.limit_in_bytes'], 'memory.max')).toBe(String(96 * 2 ** 20));
    expect(await inside('costly', 'cat /proc/mounts')).toMatch(/ \/fast tmpfs .*size=98304k/);
  });

  (canSetPagesAside ? it : it.skip)('huge pages are resources of the node, volumes, and limits where the kernel has them', async () => {
    const count = Number(readFileSync(HUGE_PAGES, 'utf8'));
    const counted = await kubectl.path('{.status.allocatable.hugepages-2Mi}', 'node', cluster.nodeName);
    expect(counted).toBe(count === 0 ? '0' : `${count * 2}Mi`);
    // The kernel may find no room for a single one.
    if (count === 0) return;
    const both = { ...resources('100m', '32Mi').limits, 'hugepages-2Mi': '2Mi' };
    const volumeMounts = [{ name: 'pages', mountPath: '/pages' }];
    const paged = pod('paged', {
      ...QUICK,
      containers: [shell(web(), SLEEP, { resources: { requests: both, limits: both }, volumeMounts })],
      volumes: [{ name: 'pages', emptyDir: { medium: 'HugePages' } }],
    });
    await kubectl.input([paged], 'create', '-f', '-');
    await ready('paged');
    expect(await inside('paged', 'cat /proc/mounts')).toMatch(/ \/pages hugetlbfs .*pagesize=2M/);
    const controllers = unified ? readFileSync('/sys/fs/cgroup/cgroup.controllers', 'utf8').split(/\s+/) : readdirSync('/sys/fs/cgroup');
    if (!controllers.includes('hugetlb')) return;
    const limits = (name: string, qos: string) => podCgroup(name, qos, ['hugetlb', 'hugetlb.2MB.limit_in_bytes'], 'hugetlb.2MB.max');
    expect([await limits('paged', ''), await limits('best-effort', 'besteffort')]).toEqual([String(2 ** 21), '0']);
  });

  it('limits change in place by resize, without a restart', async () => {
    const patch = { spec: { containers: [{ name: 'main', resources: { requests: { memory: '48Mi' }, limits: { memory: '96Mi' } } }] } };
    await kubectl('patch', 'pod', 'burstable', '--subresource', 'resize', '-p', JSON.stringify(patch));
    const limit = unified ? 'cat /sys/fs/cgroup/memory.max' : 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes';
    await eventually(async () => expect(await inside('burstable', limit)).toBe(`${96 * 2 ** 20}\n`));
    await eventually(async () =>
      expect(
        await kubectl.path('{.status.containerStatuses[0].resources.limits.memory} {.status.containerStatuses[0].restartCount}', 'pod', 'burstable'),
      ).toBe('96Mi 0'),
    );
  });

  it('limits of a pod as a whole bound its containers, change in place, and never fall below what is in use', async () => {
    await ready('whole');
    const resizeTo = (cpu: string, memory: string) =>
      kubectl(
        ...['patch', 'pod', 'whole', '--subresource', 'resize', '-p'],
        JSON.stringify({ spec: { resources: { requests: { cpu: '100m', memory }, limits: { cpu, memory } } } }),
      );
    const shows = (cpu: string, memory: string, restarts: string) =>
      eventually(async () => {
        const status = '{.status.resources.limits.cpu} {.status.resources.limits.memory} {.status.allocatedResources.memory}';
        const counts = '{.status.containerStatuses[*].restartCount} {.status.conditions[?(@.type=="PodResizeInProgress")].status}';
        expect(await kubectl.path(`${status} ${counts}`, 'pod', 'whole')).toBe(`${cpu} ${memory} ${memory} ${restarts} `);
        // A container that is made and not yet started counts as restarted already.
        expect(await kubectl.path('{.status.containerStatuses[?(@.state.running)].name}', 'pod', 'whole')).toBe('main again');
      });
    const holds = async (cpu: number, mebibytes: number) => {
      const memory = String(mebibytes * 2 ** 20);
      expect(await podCgroup('whole', 'burstable', ['cpu', 'cpu.cfs_quota_us'], 'cpu.max')).toMatch(new RegExp(`^${cpu * 100}\\b`));
      expect(await podCgroup('whole', 'burstable', ['memory', 'memory.limit_in_bytes'], 'memory.max')).toBe(memory);
      const files = unified
        ? 'cd /sys/fs/cgroup && cat cpu.max memory.max'
        : 'cd /sys/fs/cgroup && cat cpu/cpu.cfs_quota_us memory/memory.limit_in_bytes';
      for (const name of ['main', 'again']) {
        const [quota, limit] = (await inside('whole', files, name)).split('\n');
        expect([quota?.split(' ')[0], limit]).toEqual([String(cpu * 100), memory]);
      }
    };
    await shows('200m', '64Mi', '0 0');
    await holds(200, 64);
    await resizeTo('300m', '48Mi');
    await shows('300m', '48Mi', '0 1');
    await holds(300, 48);
    await resizeTo('300m', '10Ki');
    const progress = '{.status.conditions[?(@.type=="PodResizeInProgress")]';
    await eventually(async () =>
      expect(await kubectl.path(`${progress}.reason} ${progress}.message}`, 'pod', 'whole')).toMatch(
        /^Error cannot decrease memory limits: .*attempting to set pod memory limit \(10240\) below current usage \(\d+\)/,
      ),
    );
    await resizeTo('150m', '64Mi');
    await eventually(async () => expect((await podEvents(kubectl, 'whole')).join('\n')).toMatch(/Normal ResizeCompleted .*"generation":4}/));
    await shows('150m', '64Mi', '0 2');
    await holds(150, 64);
  });

  it('limits of an init container change while it runs', async () => {
    const running = '{.status.initContainerStatuses[0].state.running.startedAt}';
    await eventually(async () => expect(await kubectl.path(running, 'pod', 'initializing')).not.toBe(''));
    const patch = { spec: { initContainers: [{ name: 'init', resources: { limits: { memory: '96Mi' } } }] } };
    await kubectl('patch', 'pod', 'initializing', '--subresource', 'resize', '-p', JSON.stringify(patch));
    const limit = unified ? 'cat /sys/fs/cgroup/memory.max' : 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes';
    await eventually(async () => expect(await inside('initializing', limit, 'init')).toBe(`${96 * 2 ** 20}\n`));
    const shown = '{.status.initContainerStatuses[0].resources.limits.memory} {.status.initContainerStatuses[0].restartCount}';
    await eventually(async () => expect(await kubectl.path(shown, 'pod', 'initializing')).toBe('96Mi 0'));
    await eventually(async () => expect((await podEvents(kubectl, 'initializing')).join('\n')).toContain('Normal ResizeCompleted kubelet'));
  });

  it('a pod that fills a volume beyond its limit is evicted', async () => {
    await eventually(async () => expect(await kubectl.path('{.status.phase} {.status.reason}', 'pod', 'overfull')).toBe('Failed Evicted'));
    const message = 'Usage of EmptyDir volume "cache" exceeds the limit "1Mi". ';
    expect(await kubectl.path('{.status.message}', 'pod', 'overfull')).toBe(message);
    await eventually(async () => expect((await podEvents(kubectl, 'overfull')).join('\n')).toContain(`Warning Evicted kubelet ${message.trim()}`));
  });

  it('a volume in memory keeps its sticky bit beside the group, and mounts of a container reach the node where they may', async () => {
    await ready('memory');
    expect(await inside('memory', 'stat -c "%g %a" /fast')).toBe('2000 3777\n');
    await inside('memory', 'mkdir -p /shared/below && mount -t tmpfs none /shared/below && touch /shared/below/here');
    expect(existsSync(join(host, 'below', 'here'))).toBe(true);
    await inside('memory', 'umount /shared/below');
  });

  it('users, groups, capabilities and the root file system are as the security context says', async () => {
    await ready('user');
    expect(await inside('user', 'id -u; id -g; id -G')).toBe('1000\n3000\n3000 2000 4000\n');
    expect(await inside('user', 'stat -c "%g %a" /data; touch /data/x; stat -c "%u %g" /data/x')).toBe('2000 2777\n1000 2000\n');
    expect(await kubectl.fails(['exec', 'user', '-c', 'main', '--', 'touch', '/tmp/x'])).toMatch(/Read-only file system/);
    expect(await inside('user', 'grep -E "CapEff|NoNewPrivs" /proc/self/status')).toBe('CapEff:\t0000000000000000\nNoNewPrivs:\t1\n');
    const effective = BigInt(`0x${(await inside('user', 'grep CapEff /proc/self/status', 'other')).split('\t')[1]?.trim()}`);
    expect([effective & (1n << 12n), effective & (1n << 21n)]).toEqual([1n << 12n, 0n]);
    expect(await inside('user', 'id -u; touch /tmp/x && echo yes', 'other')).toBe('0\nyes\n');
  });

  it('a container that must not run as root, and would, does not start', async () => {
    await eventually(async () => expect(await kubectl('get', 'pod', 'no-root', '--no-headers')).toMatch(/CreateContainerConfigError/));
    await eventually(async () =>
      expect((await podEvents(kubectl, 'no-root')).join('\n')).toMatch(
        /Warning Failed kubelet spec.containers\{main\}: Error: container has runAsNonRoot and image will run as root \(pod: "no-root_limits\(.*\)", container: main\)/,
      ),
    );
  });

  it('a pod may share the node: its network, its processes, its devices', async () => {
    await ready('host', 'together');
    expect(await kubectl.path('{.status.podIP}', 'pod', 'host')).toBe(cluster.nodeIp);
    expect(await inside('host', 'hostname')).toBe(`${cluster.nodeName}\n`);
    expect(await inside('host', 'readlink /proc/self/ns/net')).toBe(`${readlinkSync('/proc/self/ns/net')}\n`);
    expect(await inside('host', 'readlink /proc/self/ns/pid')).toBe(`${readlinkSync('/proc/self/ns/pid')}\n`);
    expect((await inside('host', 'ls /dev')).split('\n').length).toBeGreaterThan(20);
    expect(await inside('host', 'mkdir /mnt && mount -t tmpfs none /mnt && echo mounted')).toBe('mounted\n');
    expect(await inside('together', 'ps')).toMatch(/httpd -f -p 80/);
    expect(await inside('together', 'readlink /proc/self/ns/pid')).not.toBe(`${readlinkSync('/proc/self/ns/pid')}\n`);
  });

  it('hooks run after the start and before the end; then the program is asked to end', async () => {
    await ready('hooked');
    expect(readFileSync(join(host, 'hooks'), 'utf8')).toBe('start\n');
    await kubectl('delete', 'pod', 'hooked', '--timeout=60s');
    expect(readFileSync(join(host, 'hooks'), 'utf8')).toBe('start\nstop\nterm\n');
  });

  it('a postStart hook that fails ends the container', async () => {
    await eventually(async () => expect(await kubectl.path('{.status.phase}', 'pod', 'bad-hook')).toBe('Failed'));
    await eventually(async () =>
      expect(await podEvents(kubectl, 'bad-hook')).toEqual(
        expect.arrayContaining([
          'Warning FailedPostStartHook kubelet spec.containers{main}: PostStartHook failed',
          'Normal Killing kubelet spec.containers{main}: FailedPostStartHook',
        ]),
      ),
    );
  });

  it('a program that does not end is killed after the grace period, or at once by force', async () => {
    await ready('stubborn', 'patient');
    await kubectl('delete', 'pod', 'stubborn', '--timeout=60s');
    const uid = await kubectl.path('{.metadata.uid}', 'pod', 'patient');
    await kubectl('delete', 'pod', 'patient', '--wait=false');
    expect(await kubectl('get', 'pod', 'patient', '--no-headers')).toMatch(/ Terminating /);
    expect(await kubectl('delete', 'pod', 'patient', '--force', '--grace-period=0')).toMatch(/force deleted/);
    expect(await kubectl('get', 'pod', 'patient', '--ignore-not-found')).toBe('');
    const cgroups = () => readdirSync(join('/sys/fs/cgroup', unified ? '' : 'memory', cluster.cgroupRoot, 'besteffort')).join(' ');
    await eventually(() => expect(cgroups()).not.toContain(uid));
  });

  it('a pod is run by the handler of its RuntimeClass; a handler that the node lacks is told in an event', async () => {
    const runtimeClass = (name: string, handler: string) => ({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name }, handler });
    await kubectl.input([runtimeClass('plain', 'runc'), runtimeClass('sandboxed', 'kata')], 'create', '-f', '-');
    const volumeMounts = [{ name: 'data', mountPath: '/data', readOnly: true, recursiveReadOnly: 'IfPossible' }];
    const volumes = [{ name: 'data', emptyDir: {} }];
    const of = (name: string, runtimeClassName: string) =>
      pod(name, { ...QUICK, runtimeClassName, volumes, containers: [shell(web(), SLEEP, { volumeMounts })] });
    await kubectl.input([of('plain', 'plain'), of('sandboxed', 'sandboxed')], 'create', '-f', '-');
    await ready('plain');
    const can = await kubectl.path('{.status.runtimeHandlers[?(@.name=="runc")].features.recursiveReadOnlyMounts}', 'node', cluster.nodeName);
    expect(await kubectl.path('{.status.containerStatuses[0].volumeMounts[?(@.name=="data")].recursiveReadOnly}', 'pod', 'plain')).toBe(
      can === 'true' ? 'Enabled' : 'Disabled',
    );
    await eventually(async () =>
      expect((await podEvents(kubectl, 'sandboxed')).join('\n')).toMatch(
        /Warning FailedCreatePodSandBox kubelet Failed to create pod sandbox: .*no runtime for "kata" is configured/,
      ),
    );
  });

  it('a pod past its deadline is Failed', async () => {
    await kubectl.input([pod('late', { ...QUICK, containers: [shell(web(), SLEEP)] })], 'create', '-f', '-');
    await ready('late');
    // Set now: its container might not have started before it.
    await kubectl('patch', 'pod', 'late', '-p', '{"spec":{"activeDeadlineSeconds":1}}');
    await eventually(async () =>
      expect(await kubectl.path('{.status.phase}: {.status.reason}: {.status.message}', 'pod', 'late')).toBe(
        'Failed: DeadlineExceeded: Pod was active on the node longer than the specified deadline',
      ),
    );
    await eventually(async () => {
      expect(await kubectl('get', 'pod', 'late', '--no-headers')).toMatch(/ 0\/1 +Error +0 /);
      expect(await podEvents(kubectl, 'late')).toContain(
        'Normal DeadlineExceeded kubelet Pod was active on the node longer than the specified deadline',
      );
    });
  });
});
