import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sleep, systemClock } from '../base/clock.ts';
import { measureApi } from './api-load.ts';
import { measureFairness } from './fairness-load.ts';
import { accessOf } from './http-client.ts';
import { median, rounded } from './measures.ts';
import { createProtobufClient } from './protobuf-client.ts';
import { measureScale, startHollowNodes } from './scale-load.ts';
import type { ServerProcess } from './server-process.ts';
import { startServer, stopLocalEtcd } from './server-process.ts';

const HELP = `Measures a control plane of its own. node bench/run.ts [MEASURE...] [OPTIONS]

  start   start-up: from the process's start to /readyz, memory and CPU at rest
  api     requests and lists over HTTPS, watch fan-out
  scale   a Deployment on hollow nodes: up, rolled over, down
  fairness   one user's GET while another floods with lists, and while many write at once; only if it is asked for

  --store sqlite|etcd|memory (sqlite)   --program FILE (dist/skiff.mjs)
  --profile DIR   leaves the server's CPU profiles there, for the measures that load it
  --protobuf   api: typed clients, which send and take Protobuf, beside those that speak JSON
  --objects N (2000)  --width N (32)  --watchers N (50)  --replicas N (1000)  --nodes N (50)  --rounds N (1)
  --writers N (1000)  --seconds N (10)
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', default: false },
    store: { type: 'string', default: 'sqlite' },
    program: { type: 'string', default: 'dist/skiff.mjs' },
    profile: { type: 'string' },
    protobuf: { type: 'boolean', default: false },
    objects: { type: 'string', default: '2000' },
    width: { type: 'string', default: '32' },
    watchers: { type: 'string', default: '50' },
    replicas: { type: 'string', default: '1000' },
    nodes: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '1' },
    writers: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '10' },
  },
});

const dataDir = mkdtempSync(join(tmpdir(), 'skiff-bench-'));
const print = (figures: object) => console.log(JSON.stringify(figures));
const profiled = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(values.profile)}`];
const start = (watchLoop: boolean) =>
  startServer({ program: resolve(values.program), dataDir, store: values.store, watchLoop, nodeFlags: watchLoop ? profiled : [] });

/** Collects the server's CPU seconds per phase. */
function costs(server: ServerProcess): { readonly after: (phase: string) => void; readonly all: Record<string, number> } {
  const all: Record<string, number> = {};
  let before = server.cpu();
  return {
    all,
    after(phase) {
      const now = server.cpu();
      all[phase] = rounded(now - before, 2);
      before = now;
    },
  };
}

async function measureStart(): Promise<void> {
  const times: number[] = [];
  const cpus: number[] = [];
  for (let i = 0; i < 8; i++) {
    const server = await start(false);
    // The first start makes the certificates and compiles the code: it is reported on its own.
    if (i > 0) times.push(server.readyMs);
    if (i > 0) cpus.push(server.cpu());
    else print({ firstStartMs: server.readyMs });
    await server.stop();
  }
  print({ startMs: { median: median(times), min: Math.min(...times), max: Math.max(...times) }, cpuSeconds: median(cpus) });
  const server = await start(false);
  await sleep(systemClock, 10_000);
  const before = server.cpu();
  await sleep(systemClock, 20_000);
  print({ atRest: { ...server.memory(), cpuPercent: rounded(((server.cpu() - before) / 20) * 100, 2) } });
  await server.stop();
}

async function measured(server: ServerProcess, what: string, work: (after: (phase: string) => void) => Promise<object>): Promise<void> {
  await server.loop();
  const { after, all } = costs(server);
  const figures = await work(after);
  print({ [what]: figures, serverCpuSeconds: all, loop: await server.loop(), memory: server.memory() });
}

async function main(): Promise<void> {
  const wanted = positionals.length > 0 ? positionals : ['start', 'api', 'scale'];
  if (wanted.includes('start')) await measureStart();
  if (!['api', 'scale', 'fairness'].some((measure) => wanted.includes(measure))) return;
  const server = await start(true);
  const width = Number(values.width);
  const client = await server.client(width);
  try {
    for (let round = 0; round < Number(values.rounds); round++) {
      if (!wanted.includes('api')) break;
      await measured(server, 'api', (after) =>
        measureApi(client, { count: Number(values.objects), width, watchers: Number(values.watchers) }, after),
      );
      if (!values.protobuf) continue;
      const typed = createProtobufClient(await accessOf(server.kubeconfig), width);
      await measured(server, 'apiProtobuf', (after) =>
        measureApi(typed, { count: Number(values.objects), width, watchers: Number(values.watchers) }, after),
      );
    }
    if (wanted.includes('fairness')) {
      const options = { objects: Number(values.objects), width, writers: Number(values.writers), seconds: Number(values.seconds) };
      const figures = await measureFairness(server, client, await accessOf(server.kubeconfig), options);
      for (const [load, figure] of Object.entries(figures)) print({ [load]: figure });
    }
    if (wanted.includes('scale')) {
      const end = await startHollowNodes(server.kubeconfig, Number(values.nodes));
      await sleep(systemClock, 1000);
      for (let round = 0; round < Number(values.rounds); round++) {
        await measured(server, 'scale', (after) => measureScale(client, Number(values.replicas), after));
      }
      end();
      await sleep(systemClock, 30_000);
      print({ afterwards: server.memory() });
    }
  } finally {
    await server.stop();
  }
}

if (values.help) console.log(HELP);
else {
  try {
    await main();
  } finally {
    stopLocalEtcd(dataDir);
    rmSync(dataDir, { recursive: true, force: true });
  }
}
process.exit();
