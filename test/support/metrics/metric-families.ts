import { execFileSync } from 'node:child_process';

/** A family of metrics as a component shows it. */
export interface Family {
  readonly type: string;
  /** The labels of all its samples, without those of buckets. */
  readonly labels: readonly string[];
}

/** Reads Prometheus' text format: name of the family → what it is. */
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

/** What `promtool check metrics` has to say; empty where it finds nothing. */
export function promtoolComplaints(text: string): string {
  try {
    return execFileSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
  } catch (error) {
    return error instanceof Error && 'stderr' in error ? String(error.stderr) || error.message : String(error);
  }
}
