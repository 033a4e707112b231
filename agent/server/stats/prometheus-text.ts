/** A labelled value with its time in milliseconds, if it has one. */
export type Sample = readonly [labels: string, value: string, time?: number];

/** Escapes the value of a label. */
export const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/** Prints nanoseconds as seconds. */
export const seconds = (nanoseconds: number): string => String(nanoseconds / 1e9);

/** Metrics in Prometheus' text format, which carry their own times: prom-client cannot print these. */
export interface MetricText {
  /** Adds a metric; one without samples is left out. */
  metric(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): void;
  text(): string;
}

export function createMetricText(): MetricText {
  const lines: string[] = [];
  return {
    metric(name, type, help, samples) {
      if (samples.length === 0) return;
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
      for (const [labels, value, time] of samples) lines.push(`${name}${labels} ${value}${time === undefined ? '' : ` ${time}`}`);
    },
    text: () => `${lines.join('\n')}\n`,
  };
}
