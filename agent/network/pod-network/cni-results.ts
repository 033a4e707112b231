import { readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CNI_NETWORK } from './cni.ts';

/** libcni's notes of what it gave to which container: fixed in containerd, shared with every other user of CNI on the machine. */
const RESULTS_DIR = '/var/lib/cni/results';

/**
 * Removes the notes on our pods: those whose network list keeps its leases in `leasesDir`, which no other cluster does. containerd takes a note
 * back with the pod it is about, but not where it was killed, nor its pods with it.
 */
export async function removeCniResults(leasesDir: string, resultsDir = RESULTS_DIR): Promise<void> {
  const names = await readdir(resultsDir).catch(() => []);
  const ours = new Set<string>();
  for (const name of names.filter((each) => each.startsWith(`${CNI_NETWORK}-`))) {
    const note = noteOf(await readFile(join(resultsDir, name), 'utf8').catch(() => ''));
    if (note?.config.includes(JSON.stringify(leasesDir))) ours.add(note.containerId);
  }
  // The loopback device has a note of its own, under the same container.
  for (const name of names) if ([...ours].some((id) => name.includes(`-${id}-`))) await rm(join(resultsDir, name), { force: true });
  if (ours.size === 0) return;
  for (const directory of [resultsDir, dirname(resultsDir)]) await rmdir(directory).catch(() => {});
}

function noteOf(text: string): { readonly containerId: string; readonly config: string } | undefined {
  // Half written in a crash: nobody's.
  try {
    const { containerId, config }: Record<string, unknown> = JSON.parse(text);
    if (typeof containerId !== 'string' || containerId === '' || typeof config !== 'string') return undefined;
    return { containerId, config: Buffer.from(config, 'base64').toString() };
  } catch {
    return undefined;
  }
}
