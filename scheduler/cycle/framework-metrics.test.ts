import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { createFakeClock } from '../../base/fake-clock.ts';
import { samplesOf } from '../../runtime/observe/metric-samples.fixture.ts';
import { node, pod } from '../state/objects.fixture.ts';
import { createFrameworkMetrics } from './framework-metrics.ts';
import { scene } from './scene.fixture.ts';

const EVALUATIONS = 'scheduler_plugin_evaluation_total';
const POINTS = 'scheduler_framework_extension_point_duration_seconds_count';
const PLUGINS = 'scheduler_plugin_execution_duration_seconds_count';

describe('the metrics of extension points and plugins', () => {
  it('count a plugin once per pod before the nodes, and once per node that it looks at', async () => {
    const { decide, registry } = scene([node('a', { cpu: '1' }), node('b', { cpu: '4' }), node('c', { cpu: '4' })]);
    decide(pod('p', { cpu: '2', hostPort: 80 }));
    const evaluations = await samplesOf(registry, EVALUATIONS);
    const count = (plugin: string, point: string) =>
      evaluations
        .find((line) => line.startsWith(`${EVALUATIONS}{plugin="${plugin}",extension_point="${point}",profile="default-scheduler"} `))
        ?.split(' ')[1];
    expect([count('NodePorts', 'PreFilter'), count('NodePorts', 'Filter')]).toEqual(['1', '3']);
    expect([count('NodeResourcesFit', 'PreFilter'), count('NodeResourcesFit', 'Filter')]).toEqual(['1', '3']);
    expect([count('NodeResourcesFit', 'PreScore'), count('NodeResourcesFit', 'Score')]).toEqual(['1', '2']);
    // Nothing is asked of them.
    expect([count('VolumeBinding', 'PreFilter'), count('VolumeBinding', 'Filter')]).toEqual(['0', '0']);
    // Acts at no such point.
    expect([count('NodeName', 'PreFilter'), count('ImageLocality', 'PreScore')]).toEqual([undefined, undefined]);
  });

  it('do not count a node for the filters behind the one that rejects it', async () => {
    const { decide, registry } = scene([node('a', { unschedulable: true })]);
    decide(pod('p'));
    const evaluations = await samplesOf(registry, EVALUATIONS);
    expect(evaluations).toContain(`${EVALUATIONS}{plugin="NodeUnschedulable",extension_point="Filter",profile="default-scheduler"} 1`);
    expect(evaluations).toContain(`${EVALUATIONS}{plugin="NodeResourcesFit",extension_point="Filter",profile="default-scheduler"} 0`);
  });

  it('time extension points for each pod, and plugins in one of ten cycles', async () => {
    const { decide, registry } = scene([node('a', { cpu: '1' }), node('b'), node('c')]);
    for (let i = 0; i < 12; i++) decide(pod(`p${i}`, { cpu: '2' }));
    for (const point of ['PreFilter', 'Filter', 'PreScore', 'Score']) {
      expect(await samplesOf(registry, POINTS)).toContain(`${POINTS}{extension_point="${point}",status="Success",profile="default-scheduler"} 12`);
    }
    const plugins = await samplesOf(registry, PLUGINS);
    expect(plugins).toContain(`${PLUGINS}{plugin="NodeResourcesFit",extension_point="PreFilter",status="Success"} 2`);
    expect(plugins).toContain(`${PLUGINS}{plugin="NodeResourcesFit",extension_point="Filter",status="Success"} 4`);
    expect(plugins).toContain(`${PLUGINS}{plugin="NodeResourcesFit",extension_point="Filter",status="UnschedulableAndUnresolvable"} 2`);
    expect(plugins).toContain(`${PLUGINS}{plugin="NodePorts",extension_point="PreFilter",status="Skip"} 2`);
    expect(plugins).toContain(`${PLUGINS}{plugin="NodeResourcesFit",extension_point="Score",status="Success"} 4`);
    expect(plugins.filter((line) => line.includes('"NodeName",extension_point="PreFilter"'))).toEqual([]);
  });

  it('time a plugin for the first nodes of a large cluster alone, and count all', async () => {
    const { decide, registry } = scene(Array.from({ length: 90 }, (_, i) => node(`n${i}`)));
    decide(pod('p', { cpu: '1' }));
    const plugins = await samplesOf(registry, PLUGINS);
    for (const point of ['Filter', 'Score']) {
      expect(plugins).toContain(`${PLUGINS}{plugin="NodeResourcesFit",extension_point="${point}",status="Success"} 8`);
      const counted = `${EVALUATIONS}{plugin="NodeResourcesFit",extension_point="${point}",profile="default-scheduler"} 90`;
      expect(await samplesOf(registry, EVALUATIONS)).toContain(counted);
    }
  });

  it('tell the outcome by the code: a failure is an Error, and the time is that of the clock', async () => {
    const registry = new Registry();
    const clock = createFakeClock();
    const watch = createFrameworkMetrics(registry, clock, new Map()).point('mine', 'Bind');
    const since = watch.start();
    await clock.advance(500);
    watch.stop('Success', since);
    const fail = () => {
      throw new Error('broken');
    };
    expect(() => watch.run(fail, () => 'Success')).toThrow('broken');
    expect(await samplesOf(registry, 'scheduler_framework')).toEqual([
      'scheduler_framework_extension_point_duration_seconds_sum{extension_point="Bind",status="Success",profile="mine"} 0.5',
      `${POINTS}{extension_point="Bind",status="Success",profile="mine"} 1`,
      'scheduler_framework_extension_point_duration_seconds_sum{extension_point="Bind",status="Error",profile="mine"} 0',
      `${POINTS}{extension_point="Bind",status="Error",profile="mine"} 1`,
    ]);
  });
});
