import { describe, expect, it } from '@jest/globals';
import { Counter } from 'prom-client';
import { AccumulatedHistogram } from '../../runtime/observe/accumulated-histogram.ts';
import { metricsRegistries } from './metrics-registries.ts';
import { SampledCounter } from './sampled-counter.ts';

const counter = (registry: ReturnType<typeof metricsRegistries>['lasting'], name: string, label: string) =>
  new Counter({ name, help: 'Helps.', labelNames: ['of'], registers: [registry] }).inc({ of: label });

describe('the registries of a process', () => {
  it('show metrics of one name together, and forget those of a part that has ended', async () => {
    const metrics = metricsRegistries();
    counter(metrics.lasting, 'a_total', 'server');
    counter(metrics.lasting, 'b_total', 'server');
    const term = metrics.open();
    counter(term.registry, 'a_total', 'term');
    counter(term.registry, 'c_total', 'term');
    const header = (name: string) => `# HELP ${name} Helps.\n# TYPE ${name} counter\n`;
    const b = `${header('b_total')}b_total{of="server"} 1\n`;
    expect(await metrics.text()).toBe(
      `${header('a_total')}a_total{of="server"} 1\na_total{of="term"} 1\n\n${b}\n${header('c_total')}c_total{of="term"} 1\n`,
    );
    term.end();
    expect(await metrics.text()).toBe(`${header('a_total')}a_total{of="server"} 1\n\n${b}`);
  });

  it('write counters of many samples as prom-client does, and after those of another registry without a head of their own', async () => {
    const metrics = metricsRegistries();
    const sampled = (registry: typeof metrics.lasting, count: number) =>
      new SampledCounter({
        name: 'a_total',
        help: 'Helps.',
        labelNames: ['of'],
        registry,
        *samples() {
          for (let i = 0; i < count; i++) yield { labels: { of: String(i) }, text: `of="${i}"`, value: i };
        },
      });
    sampled(metrics.lasting, 1000);
    const lasting = await metrics.lasting.metrics();
    expect(await metrics.text()).toBe(lasting);
    sampled(metrics.open().registry, 1);
    expect(await metrics.text()).toBe(lasting.replace(/\n$/, '\na_total{of="0"} 0\n'));
  });

  it('write histograms as prom-client does', async () => {
    const metrics = metricsRegistries();
    const histogram = new AccumulatedHistogram({
      name: 'h_seconds',
      help: 'Helps.',
      labelNames: ['of', 'a'],
      buckets: [0.1, 2],
      registry: metrics.lasting,
    });
    for (const label of ['x', 'q"u\\o\nte']) histogram.record(histogram.series({ of: label, a: '' }), 1.5);
    const registry = metrics.lasting;
    const plain = new AccumulatedHistogram({ name: 'plain_seconds', help: 'Has no labels.', labelNames: [], buckets: [0.1, 2], registry });
    plain.record(plain.series({}), 1.5);
    expect(await metrics.text()).toContain(
      'plain_seconds_bucket{le="2"} 1\nplain_seconds_bucket{le="+Inf"} 1\nplain_seconds_sum 1.5\nplain_seconds_count 1',
    );
    const samples = (text: string) =>
      text
        .trim()
        .split('\n')
        .map((line) => line.split(/[{},]/).sort().join());
    expect(samples(await metrics.text())).toEqual(samples(await metrics.lasting.metrics()));
  });
});
