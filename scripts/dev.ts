import { rmSync, utimesSync } from 'node:fs';
import { context } from 'esbuild';
import { systemClock } from '../base/clock.ts';
import { stopSignal } from '../cli/cluster/signals.ts';
import { affectedParts, PARTS } from './affected-parts.ts';
import { bundles } from './bundle.ts';
import { devCluster, devPart } from './dev-processes.ts';
import { fileChanges } from './file-changes.ts';
import { rooms } from './import-rules.ts';

/**
 * Rebuilds skiff when its code changes, and restarts the processes whose code changed: dev.ts [PART] [OPTIONS]
 *
 * Without PART it runs a cluster in the background, with the options of `skiff up`. With PART (server, agent or controllers) it runs that
 * part in the foreground, with the part's own options. Containers keep running while an agent restarts. Ctrl-C stops what it runs; data
 * stays. A change that does not compile is reported, and the processes keep their old code.
 */
const [first, ...rest] = process.argv.slice(2);
const part = PARTS.find((name) => name === first);
const processes = part ? devPart(part, rest) : devCluster(process.argv.slice(2));
const signal = stopSignal();

rmSync('dist', { recursive: true, force: true });
const builders = await Promise.all(bundles.map((each) => context({ ...each, metafile: true })));
const build = async () => {
  const built = await Promise.all(builders.map((each) => each.rebuild()));
  // The launcher builds anew if a source is newer than the program. A change to comments alone does not write the program.
  utimesSync('dist/skiff.mjs', new Date(), new Date());
  return Object.assign({}, ...built.map(({ metafile }) => metafile?.inputs));
};

let graph = await build();
let running = await processes.start();
console.log(`watching ${processes.parts.join(' and ')}; Ctrl-C stops`);

/** Changed since the last build that succeeded. */
const pending = new Set<string>();
const folders = rooms.map(({ name }) => name);
for await (const changed of fileChanges(folders, systemClock, signal)) {
  for (const file of changed) pending.add(file);
  const started = performance.now();
  const next = await build().catch(() => undefined);
  // esbuild has printed its errors.
  if (!next) continue;
  // A file that no module imports any more was part of the old code.
  const affected = processes.parts.filter((name) => [graph, next].some((each) => affectedParts(each, pending).includes(name)));
  graph = next;
  console.log(`${[...pending].join(', ')}: ${affected.length > 0 ? `restarting ${affected.join(' and ')}` : 'nothing to restart'}`);
  pending.clear();
  if (affected.length === 0 && running) continue;
  await processes.end(affected);
  running = await processes.start();
  if (running) console.log(`ready (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}
await Promise.all(builders.map((each) => each.dispose()));
await processes.stop();
