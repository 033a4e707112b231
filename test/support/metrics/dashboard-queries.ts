import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../checkout.ts';

interface Panel {
  readonly targets?: readonly { readonly expr: string }[];
}

/** The queries of a Grafana dashboard, with its variables replaced. */
export function dashboardQueries(file = 'deploy/grafana/skiff.json'): string[] {
  const { panels }: { panels: readonly Panel[] } = JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
  return panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '1m')));
}

/** Returns the names of metrics in a query: all names but functions, keywords, and labels in braces or after `by`. */
export function metricsIn(query: string): string[] {
  const bare = query.replace(/\{[^}]*\}|\[[^\]]*\]|\bby \([^)]*\)/g, ' ');
  return [...bare.matchAll(/\b[a-z]\w*_\w+\b(?!\s*\()/g)].map(([name]) => name);
}
