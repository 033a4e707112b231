import { writeFileSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';

/**
 * Preloaded into a measured process (`node --import`): watches how long its event loop is held up. Plain JavaScript without imports of
 * ours, so that it adds nothing else to the measured process.
 *
 * A turn that the machine itself delayed (another process had the core) is told apart by the thread's own CPU time: `busy` is the time
 * that the thread worked between two ticks, `late` the delay of the tick. On SIGUSR2 the figures since the last signal are written to
 * `$SKIFF_BENCH_LOOP` as JSON, in milliseconds.
 */
const TICK_MS = 2;
const LIMIT_MS = 20;

/** @type {() => { turns: number, over20: number, busyMax: number, lateMax: number, gcMax: number, gcMs: number, busy: number[] }} */
const fresh = () => ({ turns: 0, over20: 0, busyMax: 0, lateMax: 0, gcMax: 0, gcMs: 0, busy: [] });
let figures = fresh();
let wall = performance.now();
let cpu = process.threadCpuUsage();

const tick = () => {
  const now = performance.now();
  const spent = process.threadCpuUsage(cpu);
  const busy = (spent.user + spent.system) / 1000;
  figures.turns++;
  figures.busyMax = Math.max(figures.busyMax, busy);
  figures.lateMax = Math.max(figures.lateMax, now - wall - TICK_MS);
  if (busy > LIMIT_MS) figures.over20++;
  if (busy > 1) figures.busy.push(busy);
  cpu = process.threadCpuUsage();
  wall = performance.now();
  setTimeout(tick, TICK_MS).unref();
};
tick();

new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) {
    figures.gcMs += duration;
    figures.gcMax = Math.max(figures.gcMax, duration);
  }
}).observe({ entryTypes: ['gc'] });

process.on('SIGUSR2', () => {
  const { busy, ...rest } = figures;
  busy.sort((a, b) => a - b);
  const p99 = busy[Math.floor(busy.length * 0.99)] ?? 0;
  const rounded = Object.fromEntries(Object.entries({ ...rest, busyP99: p99 }).map(([name, value]) => [name, Math.round(value * 10) / 10]));
  const file = process.env.SKIFF_BENCH_LOOP;
  if (file) writeFileSync(file, JSON.stringify(rounded));
  figures = fresh();
});
