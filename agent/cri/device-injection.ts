import { RuntimeError } from '../contract/runtime.ts';
import type { ContainerConfig } from '../contract/runtime-config.ts';

/** The facts by which a containerd tells whether it injects CDI devices. */
export interface CdiFacts {
  /** `1.6.20~ds1` or `v2.0.1`. */
  readonly version: string;
  /** The configuration of its CRI plugin, JSON, as its verbose status has it. */
  readonly config: string | undefined;
}

/** Whether the runtime injects CDI devices: containerd from 2.0 on, 1.7 if it is configured so, earlier ones not. */
export function injectsCdi({ version, config }: CdiFacts): boolean {
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
  if (major !== 1) return major > 1;
  if (minor < 7) return false;
  try {
    const { enableCDI }: { readonly enableCDI?: boolean } = JSON.parse(config ?? '{}');
    return enableCDI === true;
  } catch {
    return false;
  }
}

/** Returns a function that has containers get their CDI devices: from the runtime, or by their configuration where the runtime does not know them. */
export function createDeviceInjection(facts: () => Promise<CdiFacts>): (config: ContainerConfig) => Promise<ContainerConfig> {
  let known: boolean | undefined;
  return async (config) => {
    const names = (config.CDI_devices ?? []).map(({ name = '' }) => name);
    if (names.length === 0) return config;
    known ??= injectsCdi(await facts());
    if (known) return config;
    const [{ findEdits }, { withEdits }] = await Promise.all([import('./cdi/cdi-specs.ts'), import('./cdi/container-edits.ts')]);
    try {
      return await withEdits(config, await findEdits(names));
    } catch (error) {
      throw new RuntimeError('Unknown', `CDI device injection failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
}
