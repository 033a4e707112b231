import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The path of the checkout under test. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
