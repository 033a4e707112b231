import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { RuntimeHandler } from './config.ts';

/** Runtimes that are configured if their program is on the PATH, by the names that their projects document for RuntimeClasses. */
const KNOWN: readonly (RuntimeHandler & { readonly program: string })[] = [
  { name: 'crun', program: 'crun', type: 'io.containerd.runc.v2', binary: 'crun' },
  { name: 'youki', program: 'youki', type: 'io.containerd.runc.v2', binary: 'youki' },
  { name: 'nvidia', program: 'nvidia-container-runtime', type: 'io.containerd.runc.v2', binary: 'nvidia-container-runtime' },
  { name: 'runsc', program: 'containerd-shim-runsc-v1', type: 'io.containerd.runsc.v1' },
  { name: 'kata', program: 'containerd-shim-kata-v2', type: 'io.containerd.kata.v2' },
  { name: 'spin', program: 'containerd-shim-spin-v2', type: 'io.containerd.spin.v2' },
  { name: 'wasmtime', program: 'containerd-shim-wasmtime-v1', type: 'io.containerd.wasmtime.v1' },
  { name: 'wasmedge', program: 'containerd-shim-wasmedge-v1', type: 'io.containerd.wasmedge.v1' },
];

/** Finds the runtimes beside runc that this machine has. @param path as the environment variable PATH */
export async function installedRuntimes(path = process.env.PATH ?? ''): Promise<readonly RuntimeHandler[]> {
  const found = await Promise.all(
    KNOWN.map(async ({ program, name, type, binary }) => {
      for (const directory of path.split(delimiter).filter((each) => each !== '')) {
        const file = join(directory, program);
        const isThere = await access(file, constants.X_OK).then(
          () => true,
          () => false,
        );
        if (isThere) return [{ name, type, ...(binary === undefined ? {} : { binary: file }) }];
      }
      return [];
    }),
  );
  return found.flat();
}
