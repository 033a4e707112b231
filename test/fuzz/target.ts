import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { sleep, systemClock } from '../../base/clock.ts';
import { ROOT } from '../support/checkout.ts';
import { freePort } from '../support/network/free-port.ts';
import type { FuzzRequest } from './request.ts';

/** The fate of a request. */
export type Outcome =
  | { readonly kind: 'answer'; readonly status: number; readonly text: string }
  /** The client could not make it, so that nothing was sent. */
  | { readonly kind: 'unsent' }
  | { readonly kind: 'broken'; readonly why: string };

/** A server in a process of its own, over HTTPS. */
export interface Target {
  send(request: FuzzRequest): Promise<Outcome>;
  /** The longest turn of the server's event loop since the last call, in milliseconds of its thread's CPU time. */
  longestTurn(): Promise<number>;
  /** Undefined while the process runs; otherwise its end, with the last lines of its log. */
  ended(): string | undefined;
  readonly log: string;
  stop(): Promise<void>;
}

/** A request without an answer for so long counts as broken. A server that gets little of a busy machine may take minutes. */
const ANSWER_MS = 600_000;
/** Streams (watches, logs) are left after so long. */
const STREAM_MS = 150;

export async function startTarget(): Promise<Target> {
  const dataDir = mkdtempSync(join(tmpdir(), 'skiff-fuzz-'));
  const port = await freePort();
  const log = join(dataDir, 'server.log');
  const output = openSync(log, 'a');
  const args = ['server', '--data-dir', dataDir, '--store', 'memory', '--port', String(port), '--bind-address', '127.0.0.1', '--log-level', 'warn'];
  const flags = ['--no-warnings', '--max-semi-space-size=16', '--import', join(ROOT, 'test/fuzz/loop-monitor.mjs')];
  const child = spawn(process.execPath, [...flags, join(ROOT, 'cli/main.ts'), ...args], { stdio: ['ignore', output, output, 'ipc'], cwd: ROOT });
  closeSync(output);
  const tail = () => readFileSync(log, 'utf8').slice(-2_000);
  const ended = () =>
    child.exitCode === null && child.signalCode === null ? undefined : `the server ended with ${child.exitCode ?? child.signalCode}: ${tail()}`;
  const nobody = new Agent({ rejectUnauthorized: false });
  const probe: FuzzRequest = { method: 'GET', path: '/readyz', headers: {}, body: undefined };
  for (;;) {
    const why = ended();
    if (why !== undefined) throw new Error(why);
    const outcome = await send(port, nobody, probe);
    if (outcome.kind === 'answer' && outcome.status === 200) break;
    await sleep(systemClock, 50);
  }
  const agent = administratorAgent(readFileSync(join(dataDir, 'admin.conf'), 'utf8'));
  return {
    log,
    send: (request) => send(port, request.anonymous ? nobody : agent, request),
    longestTurn: () => askMonitor(child),
    ended,
    async stop() {
      agent.destroy();
      nobody.destroy();
      if (ended() === undefined) {
        const gone = once(child, 'exit');
        child.kill('SIGTERM');
        await gone;
      }
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function askMonitor(child: ChildProcess): Promise<number> {
  if (!child.connected) return 0;
  const { promise, resolve } = Promise.withResolvers<{ readonly longest: number }>();
  const gone = () => resolve({ longest: 0 });
  child.once('message', resolve).once('exit', gone);
  child.send('longest');
  const { longest } = await promise;
  child.off('message', resolve).off('exit', gone);
  return longest;
}

interface Kubeconfig {
  readonly users: readonly { readonly user: Readonly<Record<'client-certificate-data' | 'client-key-data', string>> }[];
}

function administratorAgent(kubeconfig: string): Agent {
  const { users } = parse(kubeconfig) as Kubeconfig;
  const bytes = (text: string | undefined) => Buffer.from(text ?? '', 'base64');
  const [entry] = users;
  const credentials = { cert: bytes(entry?.user['client-certificate-data']), key: bytes(entry?.user['client-key-data']) };
  return new Agent({ keepAlive: true, rejectUnauthorized: false, ...credentials });
}

const isStream = ({ path }: FuzzRequest): boolean => /[?&](watch|follow)=|\/watch\/|\/(log|exec|attach|portforward|proxy)(\/|\?|$)/.test(path);

function send(port: number, agent: Agent, request: FuzzRequest): Promise<Outcome> {
  const { method, path, headers, body } = request;
  const length = body === undefined ? {} : { 'content-length': body.length };
  return new Promise((resolve) => {
    let sent: ReturnType<typeof httpsRequest>;
    try {
      sent = httpsRequest({ host: '127.0.0.1', port, agent, method, path, headers: { ...length, ...headers }, timeout: ANSWER_MS });
    } catch {
      resolve({ kind: 'unsent' });
      return;
    }
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${ANSWER_MS / 1000} s`)));
    sent.on('error', (error) => resolve({ kind: 'broken', why: error.message }));
    sent.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ kind: 'answer', status: response.statusCode ?? 0, text: '' });
    });
    sent.on('response', (response) => {
      let text = '';
      const done = () => resolve({ kind: 'answer', status: response.statusCode ?? 0, text });
      response.setEncoding('utf8').on('data', (chunk: string) => {
        if (text.length < 1_000_000) text += chunk;
      });
      response.on('end', done);
      response.on('error', (error) => resolve({ kind: 'broken', why: error.message }));
      if (isStream(request)) {
        void sleep(systemClock, STREAM_MS).then(() => {
          done();
          response.destroy();
        });
      }
    });
    sent.end(body);
  });
}
