import { afterEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { configMaps } from '../../api/kinds/core/config-map.ts';
import { namespaces } from '../../api/kinds/core/namespace.ts';
import { errors } from '../../api/meta/status-error.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import type { AdmissionPlugin } from '../contract/admission.ts';
import type { InjectedServer } from '../injected-server.fixture.ts';
import { startInjectedServer } from '../injected-server.fixture.ts';
import { admissionMetrics } from '../metrics/admission-metrics.ts';

const PREFIX = 'apiserver_admission_';
const MAPS = '/api/v1/namespaces/default/configmaps';

const clock = createFakeClock();
const handles: AdmissionPlugin['handles'] = ({ plural }) => plural === 'configmaps';

let server: InjectedServer;
afterEach(() => server.close());

/** Starts a server with these plugins; returns a function that shows the samples of its metrics whose labels hold a text. */
async function started(...plugins: AdmissionPlugin[]): Promise<(labels: string) => Promise<string[]>> {
  const registry = new Registry();
  server = await startInjectedServer({ clock, kinds: [namespaces, configMaps], part: { plugins }, admissionMetrics: admissionMetrics(registry) });
  return async (labels) => {
    const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith(PREFIX) && line.includes(labels));
    return lines.map((line) => line.slice(PREFIX.length));
  };
}

const waits = (name: string, milliseconds: number, more: Partial<AdmissionPlugin> = {}): AdmissionPlugin => ({
  name,
  handles,
  admit: () => clock.advance(milliseconds),
  ...more,
});

describe('the durations of admission', () => {
  it('are those of each plugin, and of each step as a whole', async () => {
    const atOnce: AdmissionPlugin = { name: 'AtOnce', handles, admit: () => {}, validate: () => {} };
    const samples = await started(waits('Slow', 30), atOnce, waits('Slower', 600), {
      name: 'Last',
      handles,
      place: 'quota',
      validate: () => clock.advance(3_000),
    });
    await server.inject('POST', MAPS, { metadata: { name: 'c' } });
    const buckets = (await samples('name="Slow"')).flatMap((line) => /le="(.+?)".* (\d+)$/.exec(line)?.slice(1) ?? []);
    expect(buckets.join(' ')).toBe('0.005 0 0.025 0 0.1 1 0.5 1 1 1 2.5 1 +Inf 1');
    const sums = (await samples('_seconds_sum')).filter((line) => line.includes('CREATE'));
    expect(sums).toEqual([
      'step_admission_duration_seconds_sum{type="admit",operation="CREATE",rejected="false"} 0.63',
      'step_admission_duration_seconds_sum{type="validate",operation="CREATE",rejected="false"} 3',
      'controller_admission_duration_seconds_sum{name="Slow",type="admit",operation="CREATE",rejected="false"} 0.03',
      'controller_admission_duration_seconds_sum{name="AtOnce",type="admit",operation="CREATE",rejected="false"} 0',
      'controller_admission_duration_seconds_sum{name="Slower",type="admit",operation="CREATE",rejected="false"} 0.6',
      'controller_admission_duration_seconds_sum{name="AtOnce",type="validate",operation="CREATE",rejected="false"} 0',
      'controller_admission_duration_seconds_sum{name="Last",type="validate",operation="CREATE",rejected="false"} 3',
    ]);
  });

  const refuse = () => {
    throw errors.badRequest('no');
  };
  it.each<[string, AdmissionPlugin['admit']]>([
    ['at once', refuse],
    ['later', () => clock.advance(10).then(refuse)],
  ])('tell refusals apart: %s', async (_when, admit) => {
    const samples = await started(waits('Slow', 30), { name: 'Refuses', handles, admit }, waits('Never', 1));
    await server.inject('POST', MAPS, { metadata: { name: 'c' } });
    const names = (await samples('_seconds_count')).map((line) =>
      line.replaceAll(/_admission_duration_seconds_count|,type="admit",operation="CREATE"/g, ''),
    );
    expect(names).toEqual([
      'step{type="admit",operation="CREATE",rejected="true"} 1',
      'controller{name="Slow",rejected="false"} 1',
      'controller{name="Refuses",rejected="true"} 1',
    ]);
  });

  it('go by the operation', async () => {
    const samples = await started(waits('Slow', 1));
    await server.inject('POST', MAPS, { metadata: { name: 'c' } });
    await server.inject('PUT', `${MAPS}/c`, { metadata: { name: 'c' }, data: { a: 'b' } });
    await server.inject('DELETE', `${MAPS}/c`);
    const counts = await samples('controller_admission_duration_seconds_count{name="Slow"');
    expect(counts.map((line) => /operation="(\w+)"/.exec(line)?.[1])).toEqual(['CREATE', 'UPDATE', 'DELETE']);
  });
});
