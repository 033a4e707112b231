import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { aContainer, aPod } from '../contract/pods.fixture.ts';
import { allocate, allocationFound, allocationOf, resizingFound } from './allocation.ts';

const asking = (cpu: string, memory = '1Gi', status?: Pod['status']) =>
  aPod({ containers: [aContainer('c', { resources: { requests: { cpu, memory } } })] }, {}, status);
const cpuOf = (pod: Pod) => pod.spec?.containers[0]?.resources?.requests?.cpu;
const NODE = { cpu: '4', memory: '8Gi' };
const give = (wanted: ReturnType<typeof asking>, held = allocationOf(asking('1')), others: readonly Pod[] = []) =>
  allocate(wanted, held, () => others, NODE);

describe('a pod that asks for other resources', () => {
  it('gets them if the node has them', () => {
    const { pod, allocation, pending } = give(asking('2'));
    expect([cpuOf(pod), allocation.containers.get('c')?.requests?.cpu, pending]).toEqual(['2', '2', undefined]);
  });

  it('keeps what it has, and waits, while others have the rest', () => {
    const { pod, pending } = give(asking('3'), undefined, [asking('2')]);
    expect(cpuOf(pod)).toBe('1');
    const message = "Node didn't have enough resource: cpu, requested: 3000, used: 2000, capacity: 4000";
    expect(pending).toEqual({ reason: 'Deferred', cause: 'OutOfcpu', message });
  });

  it('waits for more than the node has, too', () => {
    expect(give(asking('1', '9Gi')).pending).toMatchObject({
      reason: 'Deferred',
      cause: 'OutOfmemory',
      message: "Node didn't have enough resource: memory, requested: 9663676416, used: 0, capacity: 8589934592",
    });
  });

  it('is the same pod if nothing that can be changed differs', () => {
    const wanted = asking('1000m');
    expect(give(wanted).pod).toBe(wanted);
  });

  it('has, for an agent that starts, what its status says if its change was pending', () => {
    const containerStatuses = [
      { name: 'c', ready: true, restartCount: 0, image: 'i', imageID: '', allocatedResources: { cpu: '1' }, resources: { limits: { cpu: '2' } } },
    ];
    const pending = { conditions: [{ type: 'PodResizePending', status: 'True' }], containerStatuses };
    expect(allocationFound(asking('3', '1Gi', pending)).containers.get('c')).toEqual({ requests: { cpu: '1' }, limits: { cpu: '2' } });
    expect(allocationFound(asking('3', '1Gi', { containerStatuses })).containers.get('c')?.requests?.cpu).toBe('3');
  });

  const asAWhole = (cpu: string, status?: Pod['status']) =>
    aPod({ containers: [aContainer('c', { resources: { requests: { cpu: '1' } } })], resources: { requests: { cpu } } }, {}, status);

  it('gets and keeps the resources of the pod as a whole', () => {
    const held = allocationOf(asAWhole('2'));
    expect(give(asAWhole('3'), held)).toMatchObject({ pod: asAWhole('3'), pending: undefined, allocation: { pod: { requests: { cpu: '3' } } } });
    expect(give(asAWhole('5'), held)).toMatchObject({ pod: asAWhole('2'), pending: { cause: 'OutOfcpu' } });
    const pending = { conditions: [{ type: 'PodResizePending', status: 'True' }], resources: {}, allocatedResources: { cpu: '2', memory: '1Gi' } };
    expect(allocationFound(asAWhole('5', pending)).pod).toEqual({ requests: { cpu: '2' } });
  });

  it('finds the resources that were in force when an agent stopped while it changed them', () => {
    expect(resizingFound(asAWhole('3'))).toBeUndefined();
    const conditions = [{ type: 'PodResizeInProgress', status: 'True' }];
    expect(resizingFound(asAWhole('3', { conditions, resources: { requests: { cpu: '2' } } }))?.spec).toEqual(asAWhole('2').spec);
  });
});
