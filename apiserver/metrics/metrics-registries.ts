import { Registry } from 'prom-client';
import { AccumulatedHistogram } from './accumulated-histogram.ts';

/**
 * The metrics of a process: one registry that lasts, and those of parts that come and go (a term of leadership), shown as one. Metrics of one
 * name in several registries stand together, as the exposition format demands.
 */
export interface MetricsRegistries {
  readonly lasting: Registry;
  /** A registry for a part; `end` takes it, with all its metrics, out of what is shown. */
  open(): { readonly registry: Registry; end(): void };
  readonly contentType: string;
  text(): Promise<string>;
}

export function metricsRegistries(lasting = new Registry()): MetricsRegistries {
  const registries = new Set([lasting]);
  return {
    lasting,
    open() {
      const registry = new Registry();
      registries.add(registry);
      return { registry, end: () => void registries.delete(registry) };
    },
    contentType: lasting.contentType,
    async text() {
      const texts = new Map<string, string>();
      for (const registry of registries) {
        for (const { name } of registry.getMetricsAsArray()) {
          const metric: unknown = registry.getSingleMetric(name);
          const text = metric instanceof AccumulatedHistogram ? await inTurns(metric.exposition()) : await registry.getSingleMetricAsString(name);
          if (text.length > LONG_TEXT) await nextTurn();
          const known = texts.get(name);
          texts.set(name, known === undefined ? text : known + samplesOf(text));
        }
      }
      return `${[...texts.values()].join('\n\n')}\n`;
    },
  };
}

/** A metric's text without its HELP and TYPE lines, with a line break before each sample. */
function samplesOf(text: string): string {
  const samples = text.indexOf('\n', text.indexOf('\n') + 1);
  return samples < 0 ? '' : text.slice(samples);
}

/** Other requests are served after a metric of so many characters. */
const LONG_TEXT = 16 * 1024;
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function inTurns(parts: Iterable<string>): Promise<string> {
  let text = '';
  for (const part of parts) {
    text += part;
    await nextTurn();
  }
  return text;
}
