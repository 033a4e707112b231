import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Outcome } from '../commands/program.ts';
import { run } from '../commands/program.ts';

/** Another machine for the network's purposes: a network namespace, connected to this one by a veth pair. */
export interface SecondMachine {
  readonly ip: string;
  /** This machine's address on the link. */
  readonly hostIp: string;
  run(file: string, ...args: readonly string[]): Promise<Outcome>;
  /** Starts a program that the test ends. */
  start(file: string, ...args: readonly string[]): ChildProcess;
  stop(): Promise<void>;
}

const HOST_IP = '198.51.100.1';
const IP = '198.51.100.2';
const LINK = 'second';

/** Starts the namespace and its link. Needs root and Linux. */
export async function startSecondMachine(): Promise<SecondMachine> {
  // The namespace exists as long as the process that holds it. Its first output says that the namespace exists.
  const holder = spawn('unshare', ['--net', 'sh', '-c', 'echo ready; exec sleep 3600'], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  const inside = ['--net', `--target=${holder.pid}`];
  const must = async (file: string, ...args: readonly string[]) => {
    const { code, stderr } = await run(file, args);
    if (code !== 0) throw new Error(`${file} ${args.join(' ')}: ${stderr}`);
  };
  const ip = (...args: readonly string[]) => must('ip', ...args);
  const ipInside = (...args: readonly string[]) => must('nsenter', ...inside, 'ip', ...args);
  await ip('link', 'add', LINK, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(holder.pid));
  await ip('address', 'add', `${HOST_IP}/24`, 'dev', LINK);
  await ip('link', 'set', LINK, 'up');
  await ipInside('link', 'set', 'lo', 'up');
  await ipInside('address', 'add', `${IP}/24`, 'dev', 'eth0');
  await ipInside('link', 'set', 'eth0', 'up');
  await ipInside('route', 'add', 'default', 'via', HOST_IP);
  return {
    ip: IP,
    hostIp: HOST_IP,
    run: (file, ...args) => run('nsenter', [...inside, file, ...args]),
    start: (file, ...args) => spawn('nsenter', [...inside, file, ...args], { stdio: ['ignore', 'ignore', 'inherit'] }),
    async stop() {
      const ended = once(holder, 'exit');
      holder.kill('SIGKILL');
      await ended;
      await run('ip', ['link', 'delete', LINK]);
    },
  };
}
