import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../checkout.ts';

const tools = new Map<string, string>();
/** Returns the directory of the stock kubectl and helm 4, or of helm 3, which are fetched at first use. */
export function clientTools(set: '' | 'helm3' = ''): string {
  const known = tools.get(set);
  if (known !== undefined) return known;
  const found = execFileSync('sh', [join(ROOT, 'scripts', 'client-tools.sh'), ...(set === '' ? [] : [set])], { encoding: 'utf8' }).trim();
  tools.set(set, found);
  return found;
}
