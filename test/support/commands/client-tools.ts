import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../checkout.ts';

const tools = new Map<string, string>();
/** A pair of kubectl and helm: 1.36 and 4, 1.31 and the last 3, or 1.24 and 3.9. */
export type ClientTools = '' | 'helm3' | 'old';

/** Returns the directory of a stock kubectl and helm, which are fetched at first use. */
export function clientTools(set: ClientTools = ''): string {
  const known = tools.get(set);
  if (known !== undefined) return known;
  const found = execFileSync('sh', [join(ROOT, 'scripts', 'client-tools.sh'), ...(set === '' ? [] : [set])], { encoding: 'utf8' }).trim();
  tools.set(set, found);
  return found;
}
