import { mock } from 'node:test';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { guardLoop } from './watchdog.ts';

const cells = new Int32Array(new SharedArrayBuffer(8));
const beat = () => Atomics.add(cells, 0, 1);

function guard(limitSeconds: number) {
  const told: string[] = [];
  let ended = 0;
  const { look, stop } = guardLoop({ cells, limitSeconds, tell: (level, message) => void told.push(`${level}: ${message}`), end: () => ended++ });
  guards.push(stop);
  return { told, ended: () => ended, look: (times: number) => Array.from({ length: times }, look) };
}

const guards: (() => void)[] = [];
beforeEach(() => {
  cells.fill(0);
  mock.timers.enable({ apis: ['setInterval'] });
});
afterEach(() => {
  for (const stop of guards.splice(0)) stop();
  mock.timers.reset();
});

describe('the watchdog', () => {
  it('tells of a blocked loop once, and of its end', () => {
    const { told, look, ended } = guard(60);
    beat();
    look(5);
    expect(told).toEqual([]);
    look(20);
    expect(told).toEqual(['warn: the event loop has been blocked for 5 s']);
    beat();
    look(1);
    expect(told.at(-1)).toBe('warn: the event loop runs again; it was blocked for 24 s');
    look(4);
    expect(told).toHaveLength(2);
    expect(ended()).toBe(0);
  });

  it('ends the process at the limit', () => {
    const { told, look, ended } = guard(30);
    beat();
    look(30);
    expect(ended()).toBe(0);
    look(1);
    expect(ended()).toBe(1);
    expect(told.at(-1)).toBe('fatal: the event loop has been blocked for 30 s: the process ends, so that its supervisor starts it again');
  });

  it('ends nothing before the first beat, without a limit, or under a debugger', () => {
    const starting = guard(10);
    starting.look(100);
    expect([starting.told, starting.ended()]).toEqual([[], 0]);
    const unlimited = guard(0);
    beat();
    unlimited.look(100);
    expect(unlimited.ended()).toBe(0);
    const debugged = guard(10);
    beat();
    Atomics.store(cells, 1, 1);
    debugged.look(100);
    expect([debugged.told, debugged.ended()]).toEqual([[], 0]);
  });

  it('looks once a second by itself', () => {
    const { ended, look } = guard(10);
    beat();
    look(1);
    mock.timers.tick(9_000);
    expect(ended()).toBe(0);
    mock.timers.tick(1_000);
    expect(ended()).toBe(1);
  });
});
