import { describe, expect, it } from '@jest/globals';
import { Counter } from 'prom-client';
import { metricsRegistries } from './metrics-registries.ts';

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
});
