import { chmod, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StatusError } from '../../api/meta/status-error.ts';
import { createSharedRuns } from '../../base/shared-runs.ts';
import type { LocalVolumes } from '../contract/local-volumes.ts';
import { unmountUnder } from './mount-command.ts';

/** Names of PersistentVolumes: no part of them leads anywhere else. */
const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** Keeps each volume in a directory of its own below `root`, which any user of a pod may write to. */
export function createLocalVolumes(root: string): LocalVolumes {
  const share = createSharedRuns<void>();

  function pathOf(name: string): string {
    if (!NAME.test(name) || name.includes('..')) throw new StatusError('BadRequest', `${JSON.stringify(name)} is not the name of a volume`);
    return join(root, name);
  }

  async function remove(path: string): Promise<void> {
    // A pod may have mounted something inside, which is not the volume's.
    await unmountUnder(path);
    await rm(path, { recursive: true, force: true });
  }

  return {
    async make(name) {
      const path = pathOf(name);
      await mkdir(root, { recursive: true, mode: 0o711 });
      await mkdir(path, { recursive: true });
      // Independent of the process's mask.
      await chmod(path, 0o777);
      return path;
    },
    delete(name) {
      const path = pathOf(name);
      return share(path, () => remove(path));
    },
  };
}
