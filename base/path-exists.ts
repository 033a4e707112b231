import { access } from 'node:fs/promises';

/** Whether a path leads to something; a link to nothing does not. Never rejects. */
export const pathExists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
