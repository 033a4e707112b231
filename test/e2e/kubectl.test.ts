import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { RealCluster } from '../support/cluster/real-cluster.ts';
import { canRunContainers, startRealCluster, web } from '../support/cluster/real-cluster.ts';
import { clientTools } from '../support/commands/client-tools.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { run } from '../support/commands/program.ts';
import { rawClient } from '../support/http/raw-client.ts';
import { container, pod, shell } from '../support/manifests.ts';

const suite = canRunContainers ? describe : describe.skip;
const QUICK = { terminationGracePeriodSeconds: 1 };

suite('kubectl and a real container', () => {
  let cluster: RealCluster;
  let kubectl: Kubectl;
  let directory: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'skiff-kubectl-'));
    cluster = await startRealCluster();
    kubectl = await cluster.namespace('kubectl');
    await kubectl('run', 'web', `--image=${web()}`);
    await kubectl.input(
      [
        pod('shell', { ...QUICK, containers: [container(web(), { command: ['sh'], stdin: true, tty: true })] }),
        pod('talker', {
          ...QUICK,
          restartPolicy: 'Never',
          labels: { app: 'talker' },
          initContainers: [shell(web(), 'echo prepared', { name: 'init' })],
          containers: [
            shell(web(), 'echo early; sleep 2.2; echo late; until [ -e /tmp/go ]; do sleep 0.1; done; echo -n last'),
            shell(web(), 'echo beside >&2; until [ -e /tmp/go ]; do sleep 0.1; done', { name: 'beside' }),
          ],
        }),
      ],
      'create',
      '-f',
      '-',
    );
    await kubectl('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=60s');
  }, 180_000);
  afterAll(async () => {
    rmSync(directory, { recursive: true, force: true });
    await cluster?.down();
  }, 180_000);

  /** Runs kubectl at a terminal, with typed input. */
  const atTerminal = async (args: readonly string[], typed = '') => {
    const words = [join(clientTools(), 'kubectl'), ...kubectl.baseArgs, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
    const { stdout } = await run('script', ['-qec', words.join(' '), '/dev/null'], { input: typed });
    return stdout.replaceAll('\r', '');
  };
  /** Starts a kubectl that runs until it is ended. Resolves with the first match of `line` in its output. */
  const background = (args: readonly string[], line: RegExp) => {
    const child = spawn(join(clientTools(), 'kubectl'), [...kubectl.baseArgs, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes: Buffer) => {
        output += bytes.toString();
      });
    }
    const match = eventually(() => {
      const found = line.exec(output);
      if (!found) throw new Error(`kubectl ${args.join(' ')} printed: ${output}`);
      return found;
    });
    return { match, output: () => output, end: () => child.kill() };
  };

  it('a pod that kubectl run makes has an address and answers there', async () => {
    const ip = await kubectl.path('{.status.podIP}', 'pod', 'web');
    await eventually(async () => expect(await (await fetch(`http://${ip}/`)).text()).toBe('web v1 web\n'));
  });

  it('kubectl describe tells the story of the pod as people know it', async () => {
    await eventually(async () => {
      const [, events = ''] = (await kubectl('describe', 'pod', 'web')).split('Events:\n');
      expect(
        events
          .replaceAll(/ +/g, ' ')
          .replaceAll(/ \d[\dms]* /g, ' AGE ')
          .trim()
          .split('\n')
          .slice(2),
      ).toEqual([
        ` Normal Scheduled AGE default-scheduler Successfully assigned kubectl/web to ${cluster.nodeName}`,
        ` Normal Pulled AGE kubelet spec.containers{web}: Container image "${web()}" already present on machine and can be accessed by the pod`,
        ' Normal Created AGE kubelet spec.containers{web}: Container created',
        ' Normal Started AGE kubelet spec.containers{web}: Container started',
      ]);
    });
  });

  it('kubectl run -it --rm shows what a program prints at a terminal of its own, and removes the pod', async () => {
    const text = await atTerminal(['run', 'once', '-it', '--rm', '--restart=Never', `--image=${web()}`, '--', 'sh', '-c', 'sleep 1; tty']);
    expect(text).toMatch(/\/dev\/(pts\/\d+|console)\n/);
    expect(text).toMatch(/pod "once" deleted/);
    expect(await kubectl('get', 'pod', 'once', '--ignore-not-found')).toBe('');
  });

  it('kubectl run --attach -i passes input, and the exit code of the program', async () => {
    const args = ['run', 'count', '-i', '--rm', '--restart=Never', `--image=${web()}`, '--', 'sh', '-c', 'wc -c; exit 5'];
    const { code, stdout } = await kubectl.outcome(args, { input: 'a'.repeat(100_000) });
    expect(stdout).toMatch(/^100000$/m);
    expect(code).toBe(5);
  });

  it('kubectl exec runs a command in the container, passes its input and answers its exit code', async () => {
    expect(await kubectl('exec', 'web', '--', 'hostname')).toBe('web\n');
    expect(await kubectl.input('typed\n', 'exec', '-i', 'web', '--', 'cat')).toBe('typed\n');
    const { code, stderr } = await kubectl.outcome(['exec', 'web', '--', 'sh', '-c', 'echo oops >&2; exit 7']);
    expect(code).toBe(7);
    expect(stderr).toBe('oops\ncommand terminated with exit code 7\n');
    expect(await kubectl.fails(['exec', 'web', '--', 'no-such-program'])).toMatch(/exec: "no-such-program": executable file not found in \$PATH/);
  });

  it('kubectl exec and port-forward speak WebSocket, and need not fall back to SPDY', async () => {
    const { code, stdout, stderr } = await kubectl.outcome(['exec', '--v=8', 'web', '--', 'hostname']);
    expect([code, stdout]).toEqual([0, 'web\n']);
    expect(stderr).toContain('v5.channel.k8s.io');
    expect(stderr).not.toMatch(/fallback|SPDY\/3\.1/i);
  });

  it('a log comes over a WebSocket to clients that ask for one', async () => {
    await kubectl('wait', '--for=condition=Initialized', 'pod/talker', '--timeout=60s');
    const { tls } = rawClient({ url: `https://127.0.0.1:${cluster.port}`, kubeconfig: readFileSync(kubectl.kubeconfig, 'utf8') });
    const path = '/api/v1/namespaces/kubectl/pods/talker/log?container=init';
    const socket = new WebSocket(`wss://127.0.0.1:${cluster.port}${path}`, 'binary.k8s.io', tls);
    const chunks: Buffer[] = [];
    socket.on('message', (data: Buffer) => chunks.push(data));
    await once(socket, 'close');
    expect([socket.protocol, Buffer.concat(chunks).toString()]).toEqual(['binary.k8s.io', 'prepared\n']);
  });

  it('kubectl exec -it has a terminal; attach -it joins the one of the program', async () => {
    expect(await atTerminal(['exec', '-it', 'web', '--', 'tty'])).toMatch(/\/dev\/pts\/\d+\n/);
    expect(await atTerminal(['exec', '-it', 'web', '--', 'sh'], 'echo $((6 * 7))\nexit\n')).toMatch(/^42$/m);
    expect(await atTerminal(['attach', '-it', 'shell'], 'echo $((6 * 7))\nexit\n')).toMatch(/^42$/m);
    await eventually(async () => expect(await kubectl.path('{.status.containerStatuses[0].restartCount}', 'pod', 'shell')).toBe('1'));
  });

  it('kubectl cp carries files and directories both ways', async () => {
    writeFileSync(join(directory, 'there'), 'x'.repeat(3_000_000));
    await kubectl('cp', join(directory, 'there'), 'web:/tmp/there');
    expect(await kubectl('exec', 'web', '--', 'wc', '-c', '/tmp/there')).toBe('3000000 /tmp/there\n');
    await kubectl('cp', 'web:/tmp', join(directory, 'back'));
    expect(readFileSync(join(directory, 'back', 'there'), 'utf8')).toBe('x'.repeat(3_000_000));
  });

  it('kubectl port-forward carries many connections, to a pod and to a port by name of its service', async () => {
    await kubectl('expose', 'pod', 'web', '--port=8080', '--target-port=80');
    const forwards = [
      background(['port-forward', 'pod/web', ':80'], /Forwarding from 127\.0\.0\.1:(\d+) -> 80/),
      background(['port-forward', 'service/web', ':8080'], /Forwarding from 127\.0\.0\.1:(\d+) -> 80/),
    ];
    try {
      for (const forward of forwards) {
        const [, port] = await forward.match;
        const answers = await Promise.all(Array.from({ length: 10 }, async () => (await fetch(`http://127.0.0.1:${port}/`)).text()));
        expect(new Set(answers)).toEqual(new Set(['web v1 web\n']));
      }
    } finally {
      for (const forward of forwards) forward.end();
    }
  });

  it('kubectl port-forward says that nothing listens', async () => {
    const forward = background(['port-forward', 'pod/web', ':81'], /Forwarding from 127\.0\.0\.1:(\d+) -> 81/);
    try {
      const [, port] = await forward.match;
      await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
      await eventually(() => expect(forward.output()).toMatch(/error forwarding port 81 to pod .*: .*connection refused/i));
    } finally {
      forward.end();
    }
  });

  it('kubectl logs shows what containers printed: all, the end, from a time on, of init containers, of several', async () => {
    await eventually(async () => expect(await kubectl('logs', 'web')).toBe('web v1 starts\n'));
    await eventually(async () => expect(await kubectl('logs', 'talker', '-c', 'main')).toBe('early\nlate\n'));
    expect(await kubectl('logs', 'talker', '-c', 'main', '--tail=1')).toBe('late\n');
    expect(await kubectl('logs', 'talker', '-c', 'main', '--limit-bytes=7')).toBe('early\nl');
    const stamped = await kubectl('logs', 'talker', '-c', 'main', '--timestamps');
    expect(stamped).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z early\n\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z late\n$/);
    const lateSecond = `${stamped.split('\n')[1]?.slice(0, 19)}Z`;
    expect(await kubectl('logs', 'talker', '-c', 'main', `--since-time=${lateSecond}`)).toBe('late\n');
    expect(await kubectl('logs', 'talker', '-c', 'main', '--since=1h')).toBe('early\nlate\n');
    expect(await kubectl('logs', 'talker', '-c', 'init')).toBe('prepared\n');
    // kubectl asks for the containers in any order.
    const everything = (await kubectl('logs', 'talker', '--all-containers')).trim().split('\n');
    expect(everything.sort()).toEqual(['beside', 'early', 'late', 'prepared']);
    const prefixed = (await kubectl('logs', '-l', 'app=talker', '--all-containers', '--prefix')).trim().split('\n');
    expect(prefixed.sort()).toEqual([
      '[pod/talker/beside] beside',
      '[pod/talker/init] prepared',
      '[pod/talker/main] early',
      '[pod/talker/main] late',
    ]);
    const { stdout, stderr } = await kubectl.outcome(['logs', 'talker']);
    expect([stdout, stderr]).toEqual(['early\nlate\n', 'Defaulted container "main" out of: main, beside, init (init)\n']);
  });

  it('kubectl logs names what is not there', async () => {
    expect(await kubectl.fails(['logs', 'talker', '-c', 'other'])).toMatch(/container other is not valid for pod talker/);
    expect(await kubectl.fails(['logs', 'web', '--previous'])).toMatch(/previous terminated container "web" in pod "web" not found/);
  });

  it('kubectl logs -f follows until the container ends', async () => {
    const followed = kubectl('logs', '-f', 'talker', '-c', 'main');
    await kubectl('exec', 'talker', '-c', 'main', '--', 'touch', '/tmp/go');
    expect(await followed).toBe('early\nlate\nlast');
    expect(await kubectl('logs', 'talker', '-c', 'main')).toBe('early\nlate\nlast');
  });

  it('kubectl debug puts a container beside the others, that sees the processes of the one it targets', async () => {
    await kubectl('debug', 'web', `--image=${web()}`, '--target=web', '-c', 'debugger', '--', 'sh', '-c', 'echo looking; sleep 1000');
    await eventually(async () =>
      expect(await kubectl.path('{.status.ephemeralContainerStatuses[0].state.running.startedAt}', 'pod', 'web')).not.toBe(''),
    );
    expect(await kubectl('exec', 'web', '-c', 'debugger', '--', 'ps')).toMatch(/httpd -f -p 80/);
    await eventually(async () => expect(await kubectl('logs', 'web', '-c', 'debugger')).toBe('looking\n'));
    expect(await kubectl.path('{.status.containerStatuses[0].restartCount}', 'pod', 'web')).toBe('0');
    expect(await kubectl('get', 'pod', 'web', '--no-headers')).toMatch(/ 1\/1 +Running +0 /);
    expect(await kubectl('describe', 'pod', 'web')).toMatch(/Ephemeral Containers:\n +debugger:[\s\S]*State: +Running/);
  });

  it('kubectl debug makes a changed copy of a pod, and a pod on the node that sees the node', async () => {
    await kubectl('debug', 'web', '--copy-to=copy', '--container=web', `--set-image=web=${web(2)}`);
    await kubectl('wait', '--for=condition=Ready', 'pod/copy', '--timeout=60s');
    await eventually(async () => expect(await kubectl('exec', 'copy', '--', 'wget', '-qO-', 'http://localhost')).toBe('web v2 copy\n'));
    const made = await kubectl('debug', `node/${cluster.nodeName}`, `--image=${web()}`, '--', 'cat', '/host/etc/hostname');
    const name = /pod (node-debugger-\S+)/.exec(made)?.[1] ?? '';
    await eventually(async () => expect(await kubectl('logs', name)).toBe(readFileSync('/etc/hostname', 'utf8')));
  });

  it('kubectl top tells what containers and the node use', async () => {
    const resources = { requests: { cpu: '200m', memory: '32Mi' }, limits: { cpu: '200m', memory: '32Mi' } };
    await kubectl.input(
      pod('busy', { ...QUICK, labels: { app: 'busy' }, containers: [shell(web(), 'while :; do :; done', { resources })] }),
      'create',
      '-f',
      '-',
    );
    await eventually(async () => {
      const [, name, cpu, unit] = /^busy +(\S+) +(\d+)m +\d+(Mi|Ki) *$/m.exec(await kubectl('top', 'pods', '-l', 'app=busy', '--containers')) ?? [];
      expect([name, unit]).toEqual([expect.any(String), 'Mi']);
      // It may not have more than its limit, and takes what it gets of that.
      expect(Number(cpu)).toBeGreaterThan(20);
      expect(Number(cpu)).toBeLessThan(300);
    });
    expect(await kubectl('top', 'node', '--no-headers')).toMatch(new RegExp(`^${cluster.nodeName} +\\d+m +\\d+% +\\d+Mi +\\d+%`));
    await kubectl('delete', 'pod', 'busy', '--now');
  });
});
