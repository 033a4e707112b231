import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sleep, systemClock } from '../base/clock.ts';
import type { HttpClient } from './http-client.ts';
import { accessOf, createHttpClient } from './http-client.ts';
import { rounded } from './measures.ts';

export interface ServerOptions {
  /** The bundle: dist/skiff.mjs. */
  readonly program: string;
  /** Kept between starts: the second start finds the files of the first. */
  readonly dataDir: string;
  readonly store: string;
  /** Watch the event loop from inside. Costs a timer; leave it out if start-up or rest is measured. */
  readonly watchLoop: boolean;
  /** More flags for Node itself. */
  readonly nodeFlags?: readonly string[];
}

/** Megabytes. */
export interface Memory {
  readonly rss: number;
  readonly anonymous: number;
}

/** Milliseconds; see loop-watch.mjs. */
export interface LoopFigures {
  readonly turns: number;
  readonly over20: number;
  readonly busyMax: number;
  readonly busyP99: number;
  readonly lateMax: number;
  readonly gcMax: number;
  readonly gcMs: number;
}

export interface ServerProcess {
  readonly pid: number;
  readonly kubeconfig: string;
  /** From the start of the process to the first 200 of /readyz. */
  readonly readyMs: number;
  readonly memory: () => Memory;
  /** CPU seconds so far, all threads. */
  readonly cpu: () => number;
  /** The figures of the event loop since the last call. */
  readonly loop: () => Promise<LoopFigures>;
  readonly client: (sockets: number) => Promise<HttpClient>;
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
}

/** Starts a control plane of its own on a free port of 127.0.0.1. @throws when it does not become ready. */
export async function startServer({ program, dataDir, store, watchLoop, nodeFlags = [] }: ServerOptions): Promise<ServerProcess> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const port = await freePort();
  const log = openSync(join(dataDir, 'bench.log'), 'a');
  const loopFile = join(dataDir, 'loop.json');
  const preload = fileURLToPath(new URL('./loop-watch.mjs', import.meta.url));
  // As the launcher (`skiff`) does.
  const flags = ['--max-semi-space-size=16', ...nodeFlags, ...(watchLoop ? ['--import', preload] : [])];
  const args = ['server', '--data-dir', dataDir, '--store', store, '--port', String(port), '--bind-address', '127.0.0.1', '--log-level', 'warn'];
  const started = performance.now();
  const child = spawn(process.execPath, [...flags, program, ...args], {
    stdio: ['ignore', log, log],
    env: { ...process.env, SKIFF_BENCH_LOOP: loopFile },
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} could not be started`);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kubeconfig = join(dataDir, 'admin.conf');
  const readyMs = await untilReady(`https://127.0.0.1:${port}/readyz`, started, () => child.exitCode !== null);
  const proc = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8');
  return {
    pid,
    kubeconfig,
    readyMs,
    memory() {
      const read = (field: string) => rounded(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(proc('status'))?.[1] ?? 0) / 1024, 0);
      return { rss: read('VmRSS'), anonymous: read('RssAnon') };
    },
    cpu() {
      const fields = proc('stat').split(') ')[1]?.split(' ') ?? [];
      return (Number(fields[11]) + Number(fields[12])) / 100;
    },
    async loop() {
      rmSync(loopFile, { force: true });
      process.kill(pid, 'SIGUSR2');
      for (;;) {
        await sleep(systemClock, 10);
        try {
          return JSON.parse(readFileSync(loopFile, 'utf8'));
        } catch {
          if (child.exitCode !== null) throw new Error('the server ended while it was measured');
        }
      }
    },
    client: async (sockets) => createHttpClient(await accessOf(kubeconfig), sockets),
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await ended;
    },
  };
}

/** Asks at short intervals. The server's certificate is not verified, because the CA may not be written yet. */
async function untilReady(url: string, started: number, dead: () => boolean): Promise<number> {
  const { request } = await import('node:https');
  for (;;) {
    if (dead()) throw new Error('the server ended before it was ready: its log is bench.log');
    const status = await new Promise<number>((resolve) => {
      const sent = request(url, { rejectUnauthorized: false, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.on('error', () => resolve(0));
      sent.end();
    });
    if (status === 200) return rounded(performance.now() - started, 0);
    await sleep(systemClock, 5);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port is free'))));
    });
  });
}

/** Ends the local etcd that a server with `--store etcd` left running in this data directory. */
export function stopLocalEtcd(dataDir: string): void {
  const run = join(dataDir, 'run');
  try {
    if (!readdirSync(run).includes('etcd.pid')) return;
    process.kill(JSON.parse(readFileSync(join(run, 'etcd.pid'), 'utf8')).pid, 'SIGTERM');
    writeFileSync(join(run, 'etcd.pid'), '{}');
  } catch {
    // None was started.
  }
}
