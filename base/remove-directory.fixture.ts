import { rm } from 'node:fs/promises';

/**
 * Removes the directory of a test, if it is there. What the test began may still make files in it, which `rm` takes for an error unless it may try
 * again; it does for a minute.
 */
export const removeDirectory = (path: string): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 34, retryDelay: 100 });
