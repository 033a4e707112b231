import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CdiSpec, ContainerEdits } from './cdi-spec.ts';
import { parseCdiSpec } from './cdi-spec.ts';

/** The directories of CDI specs, the least important first: a device of a later one hides that of an earlier one. */
export const CDI_DIRECTORIES: readonly string[] = ['/etc/cdi', '/var/run/cdi'];

/** Edits and the device, or the spec, that they are of. */
export interface NamedEdits {
  readonly name: string;
  readonly edits: ContainerEdits;
}

/**
 * Finds what a container needs for devices, in their order; what all devices of a spec need stands before the first of them.
 * @throws Error naming the devices that no spec describes, or that two specs of one directory do
 */
export async function findEdits(names: readonly string[], directories: readonly string[] = CDI_DIRECTORIES): Promise<readonly NamedEdits[]> {
  const { specs, faults } = await readSpecs(directories);
  const found: NamedEdits[] = [];
  const seen = new Set<CdiSpec>();
  const missing: string[] = [];
  for (const name of new Set(names)) {
    const spec = specs.get(name);
    const edits = spec?.devices.get(name);
    if (!spec || !edits) {
      missing.push(name);
      continue;
    }
    if (!seen.has(spec)) found.push({ name: spec.path, edits: spec.edits });
    seen.add(spec);
    found.push({ name, edits });
  }
  if (missing.length === 0) return found;
  const why = faults.length === 0 ? '' : ` (${faults.join('; ')})`;
  throw new Error(`unresolvable CDI devices ${missing.join(', ')}${why}`);
}

/** Reads all specs. Returns the spec that counts for each device, and the faults of files. */
async function readSpecs(directories: readonly string[]): Promise<{ specs: ReadonlyMap<string, CdiSpec>; faults: readonly string[] }> {
  const specs = new Map<string, CdiSpec>();
  const faults: string[] = [];
  for (const directory of directories) {
    const ofDirectory = new Map<string, CdiSpec>();
    const conflicts = new Set<string>();
    for (const spec of await specsIn(directory, faults)) {
      for (const device of spec.devices.keys()) {
        const other = ofDirectory.get(device);
        if (other) {
          conflicts.add(device);
          faults.push(`conflicting device ${JSON.stringify(device)} (specs ${JSON.stringify(spec.path)}, ${JSON.stringify(other.path)})`);
        }
        ofDirectory.set(device, spec);
      }
    }
    for (const [device, spec] of ofDirectory) specs.set(device, spec);
    for (const device of conflicts) specs.delete(device);
  }
  return { specs, faults };
}

async function specsIn(directory: string, faults: string[]): Promise<readonly CdiSpec[]> {
  const specs: CdiSpec[] = [];
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter(({ name }) => /\.(json|yaml)$/.test(name)).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory()) continue;
    const path = join(directory, entry.name);
    try {
      specs.push(parseCdiSpec(path, await readFile(path, 'utf8')));
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error));
    }
  }
  return specs;
}
