import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { componentText } from '../commands/status.ts';
import { eventually } from './eventually.ts';
import { exitText, readSupervision, SUPERVISOR } from './supervisor.ts';

let directory = '';
let supervisor: ChildProcess | undefined;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'skiff-supervisor-'));
});
afterEach(() => {
  supervisor?.kill('SIGTERM');
  rmSync(directory, { recursive: true, force: true });
});

function supervise(script: string): ChildProcess {
  const files = ['record', 'state'].map((name) => join(directory, name));
  supervisor = spawn('/bin/sh', ['-c', SUPERVISOR, 'skiff-test', ...files, '/bin/sh', '-c', script], { stdio: 'ignore', cwd: directory });
  return supervisor;
}
const pid = (): number => JSON.parse(readFileSync(join(directory, 'record'), 'utf8')).pid;
const runs = (): number => readFileSync(join(directory, 'runs'), 'utf8').length;
const state = () => readSupervision(join(directory, 'state'));

describe('the supervisor', () => {
  it('starts what was killed at once, and says how it ended', async () => {
    supervise('printf x >>runs; exec sleep 1000');
    const first = await eventually(pid);
    process.kill(first, 'SIGKILL');
    await eventually(() => expect(pid()).not.toBe(first));
    expect(state()).toMatchObject({ restarts: 1, status: 137 });
    expect(state()?.nextAt).toBe(state()?.endedAt);
  });

  it('waits longer from try to try for what ends at once', async () => {
    supervise('printf x >>runs; exit 3');
    await eventually(() => expect(state()?.restarts).toBe(3));
    const { status = 0, endedAt = 0, nextAt = 0 } = state() ?? {};
    expect([status, nextAt - endedAt]).toEqual([3, 2]);
    expect(runs()).toBe(3);
  });

  it('ends with its program when it is told to, and leaves none behind', async () => {
    const ended = new Promise((resolve) =>
      supervise("trap 'printf ended >end; exit 0' TERM; printf x >>runs; while :; do sleep 0.05; done").once('exit', resolve),
    );
    await eventually(() => expect(runs()).toBe(1));
    // The program may run before its record is written.
    const child = await eventually(pid);
    supervisor?.kill('SIGTERM');
    await ended;
    expect(readFileSync(join(directory, 'end'), 'utf8')).toBe('ended');
    expect(() => process.kill(child, 0)).toThrow('ESRCH');
    expect(state()).toBeUndefined();
  });

  it('ends while it waits for the next try', async () => {
    const ended = new Promise((resolve) => supervise('exit 1').once('exit', resolve));
    await eventually(() => expect(state()?.restarts).toBe(3));
    supervisor?.kill('SIGTERM');
    await ended;
    expect(state()?.restarts).toBe(3);
  });

  it('has no state while nothing has ended, nor from a file that is broken', () => {
    expect(state()).toBeUndefined();
    writeFileSync(join(directory, 'state'), '{');
    expect(state()).toBeUndefined();
  });
});

describe('the status of a component', () => {
  const supervision = { restarts: 2, status: 137, endedAt: 100, nextAt: 104 };
  it.each([
    [{ pid: 7, supervised: true, supervision: undefined }, 'pid 7, ready'],
    [{ pid: 7, supervised: true, supervision }, 'pid 7, ready; started again 2 times, last end: killed by SIGKILL, 3 s ago'],
    [{ pid: undefined, supervised: true, supervision }, 'ended (killed by SIGKILL, 3 s ago) for the 2. time; next try in 1 s'],
    [{ pid: undefined, supervised: false, supervision }, 'not running'],
    [{ pid: 7, supervised: false, supervision: undefined }, "pid 7, ready; no supervisor: 'skiff stop' and 'skiff up' give it one"],
  ])('%j', (of, text) => expect(componentText({ ...of, more: ', ready', now: 103_500 })).toBe(text));

  it.each([
    [0, 'exit code 0'],
    [1, 'exit code 1'],
    [134, 'killed by SIGABRT'],
    [159, 'killed by signal 31'],
  ])('of an exit with %i is "%s"', (status, text) => expect(exitText(status)).toBe(text));
});
