import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../checkout.ts';

interface Panel {
  readonly targets?: readonly { readonly expr: string }[];
}

/** What the dashboard asks, with its variables filled in. */
export function dashboardQueries(): string[] {
  const { panels }: { panels: readonly Panel[] } = JSON.parse(readFileSync(join(ROOT, 'deploy', 'grafana', 'skiff.json'), 'utf8'));
  return panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '1m')));
}

/** The metrics that a query names: what is neither a function or keyword, nor a label in braces or after by. */
export function metricsIn(query: string): string[] {
  const bare = query.replace(/\{[^}]*\}|\[[^\]]*\]|\bby \([^)]*\)/g, ' ');
  return [...bare.matchAll(/\b[a-z]\w*_\w+\b(?!\s*\()/g)].map(([name]) => name);
}
