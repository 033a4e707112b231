import { Registry } from 'prom-client';
import { nextTurn } from '../../base/next-turn.ts';
import { AccumulatedHistogram } from '../../runtime/observe/accumulated-histogram.ts';
import { SampledCounter } from './sampled-counter.ts';

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
  /** The same in parts: a long text would be assembled and written in one turn of the event loop. */
  parts(): Promise<Buffer[]>;
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
    parts: () => metricParts(registries),
    text: async () => (await metricParts(registries)).join(''),
  };
}

async function metricParts(registries: Iterable<Registry>): Promise<Buffer[]> {
  const texts = new Map<string, Buffer[]>();
  for (const registry of registries) {
    for (const { name } of registry.getMetricsAsArray()) {
      const metric: unknown = registry.getSingleMetric(name);
      const parts = isManifold(metric) ? metric.exposition() : [await registry.getSingleMetricAsString(name)];
      const known = texts.get(name);
      const out = known ?? [];
      if (!known) texts.set(name, out);
      let isHead = known !== undefined;
      for (const part of parts) {
        out.push(Buffer.from(isHead ? samplesOf(part) : part));
        isHead = false;
        if (part.length > LONG_TEXT) await nextTurn();
      }
    }
  }
  const separator = Buffer.from('\n\n');
  return [...texts.values()].flatMap((parts, i) => (i === 0 ? parts : [separator, ...parts])).concat(Buffer.from('\n'));
}

/** Whether a metric may have thousands of samples, so that it writes itself in parts. */
const isManifold = (metric: unknown): metric is AccumulatedHistogram | SampledCounter =>
  metric instanceof AccumulatedHistogram || metric instanceof SampledCounter;

/** A metric's text without its HELP and TYPE lines, with a line break before each sample. */
function samplesOf(text: string): string {
  const samples = text.indexOf('\n', text.indexOf('\n') + 1);
  return samples < 0 ? '' : text.slice(samples);
}

/** Other requests are served after a metric of so many characters. */
const LONG_TEXT = 16 * 1024;
