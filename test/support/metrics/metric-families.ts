import { execFileSync } from 'node:child_process';

/** A family of metrics as a component exposes it. */
export interface Family {
  readonly type: string;
  /** Labels of all its samples, without the bucket label `le`. */
  readonly labels: readonly string[];
}

/** Parses Prometheus' text format into families by name. */
export function familiesOf(text: string): Map<string, Family> {
  const families = new Map<string, { type: string; labels: Set<string> }>();
  let current: { type: string; labels: Set<string> } | undefined;
  for (const line of text.split('\n')) {
    const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (name !== undefined && type !== undefined) {
      current = { type, labels: new Set() };
      families.set(name, current);
    }
    const labels = /^[^#\s]+?\{(.*)\} /.exec(line)?.[1] ?? '';
    for (const [, label = ''] of labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)) if (label !== 'le') current?.labels.add(label);
  }
  return new Map([...families].map(([name, { type, labels }]) => [name, { type, labels: [...labels].sort() }]));
}

/** The names under which a query finds a family's samples. */
export const sampleNames = (name: string, { type }: Family): string[] =>
  type === 'histogram' ? ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`) : [name];

/** Returns the complaints of `promtool check metrics` about what is not upstream's own, or an empty text. */
export function promtoolComplaints(text: string): string {
  try {
    return execFileSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
  } catch (error) {
    if (!(error instanceof Error && 'stderr' in error)) return String(error);
    const complaints = String(error.stderr).split('\n');
    if (complaints.length === 1) return error.message;
    return complaints.filter((line) => !UPSTREAMS_OWN.test(line)).join('\n');
  }
}

/** Upstream's label `clusterCIDR`. */
const UPSTREAMS_OWN = /^node_ipam_controller_\S+ label names should be written in 'snake_case'/;
