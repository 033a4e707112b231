import { expect, it } from '@jest/globals';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { pod } from './objects.fixture.ts';
import { podResourceMetrics } from './pod-resource-metrics.ts';

const placed = (name: string, phase: string): Live<Pod> => {
  const of = pod(name, {
    cpu: '250m',
    requests: { 'hugepages-2Mi': '4Mi', 'example.com/gpu': '2', memory: '0' },
    priority: 7,
    spec: { nodeName: 'a' },
  });
  return { ...of, status: { phase } };
};

it('show what pods that have not ended ask for, resource by resource, with its unit', async () => {
  const limited = pod('limited', {
    spec: { containers: [{ name: 'main', image: 'app', resources: { limits: { memory: '1Gi' } } }], overhead: { cpu: '100m' } },
  });
  const { parts } = await podResourceMetrics([placed('p', 'Running'), placed('over', 'Succeeded'), limited]);
  const at = 'namespace="default",pod="p",node="a",scheduler="default-scheduler",priority="7"';
  const waiting = 'namespace="default",pod="limited",node="",scheduler="default-scheduler",priority=""';
  expect(
    parts
      .join('')
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('#')),
  ).toEqual([
    `kube_pod_resource_request{${at},resource="hugepages-2Mi",unit="bytes"} 4194304`,
    `kube_pod_resource_request{${at},resource="example.com/gpu",unit=""} 2`,
    `kube_pod_resource_request{${at},resource="cpu",unit="cores"} 0.25`,
    `kube_pod_resource_request{${waiting},resource="cpu",unit="cores"} 0.1`,
    `kube_pod_resource_limit{${waiting},resource="memory",unit="bytes"} 1073741824`,
  ]);
});

it('show the size that a pod is to have during a resize, as upstream does', async () => {
  const of = placed('p', 'Running');
  const main = { name: 'main', image: 'app', imageID: '', ready: true, restartCount: 0, allocatedResources: { cpu: '2' } };
  const resizing: Live<Pod> = { ...of, status: { ...of.status, containerStatuses: [main] } };
  const { parts } = await podResourceMetrics([resizing]);
  expect(parts.join('')).toContain('resource="cpu",unit="cores"} 0.25\n');
});
