import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { PodObservation } from '../../contract/observation.ts';
import { aContainer, aPod, aSandbox, exited, observation, observed } from '../../contract/pods.fixture.ts';
import type { ProbeVerdicts } from './plan.ts';
import { planPod } from './plan.ts';

const NO_VERDICT: ProbeVerdicts = { startup: undefined, liveness: undefined };

/** The plan in short: `start c#1`, `kill c`, `remove c-0 d-0!` (the one with the sign killed before), `sandbox 0`, `finish`. */
function plan(pod: Live<Pod>, seen: PodObservation, verdicts: (id: string) => ProbeVerdicts = () => NO_VERDICT, isResized = () => false): string[] {
  return planPod({ pod, observation: seen, verdicts, isResized, isReplaced: () => false }).map((action) => {
    if (action.type === 'createSandbox') return `sandbox ${action.attempt}`;
    if (action.type === 'startContainer') return `start ${action.container.name}#${action.restartCount}`;
    if (action.type === 'removeContainers') return `remove ${action.removals.map(({ id, kill }) => (kill ? `${id}!` : id)).join(' ')}`;
    if (action.type === 'killContainer') return `kill ${action.container.name}: ${action.message}`;
    return action.type;
  });
}

describe('what a pod needs next', () => {
  it('is a sandbox, first of all', () => {
    expect(plan(aPod(), observation([], []))).toEqual(['sandbox 0']);
  });

  it('is its containers, once there is a sandbox', () => {
    const pod = aPod({ containers: [aContainer('a'), aContainer('b')] });
    expect(plan(pod, observation([]))).toEqual(['start a#0', 'start b#0']);
    expect(plan(pod, observation([observed('a')]))).toEqual(['start b#0']);
    expect(plan(pod, observation([observed('a'), observed('b')]))).toEqual([]);
  });

  it.each([
    ['Always', 0, ['start c#1']],
    ['Always', 1, ['start c#1']],
    ['OnFailure', 0, ['finish']],
    ['OnFailure', 1, ['start c#1']],
    ['Never', 0, ['finish']],
    ['Never', 1, ['finish']],
  ])('with restartPolicy %s, after an exit with %i, is %j', (restartPolicy, code, expected) => {
    expect(plan(aPod({ restartPolicy }), observation([exited('c', code)]))).toEqual(expected);
  });

  it('is a restart of a container whose new resources ask for one, whatever its policy says of its exit', () => {
    const pod = aPod({ restartPolicy: 'OnFailure' });
    expect(plan(pod, observation([observed('c')]), undefined, () => true)).toEqual(['kill c: Container c resize requires restart']);
    expect(plan(pod, observation([exited('c', 0)]), undefined, () => true)).toEqual(['start c#1']);
  });

  it('counts restarts on from the latest attempt', () => {
    expect(plan(aPod(), observation([exited('c', 1, { attempt: 4 }), exited('c', 1, { attempt: 3 })]))).toEqual(['start c#5']);
  });

  it('makes a container that was never started again under its own number', () => {
    expect(plan(aPod(), observation([observed('c', { state: 'created', attempt: 2 })]))).toEqual(['start c#2']);
  });

  it('is the end only when every container is through', () => {
    const pod = aPod({ restartPolicy: 'Never', containers: [aContainer('a'), aContainer('b')] });
    expect(plan(pod, observation([exited('a', 0), observed('b')]))).toEqual([]);
    expect(plan(pod, observation([exited('a', 0), exited('b', 1)]))).toEqual(['finish']);
  });

  it('goes by the rules of a container before its policy', () => {
    const rules = [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }];
    const pod = aPod({ restartPolicy: 'Never', containers: [aContainer('c', { restartPolicy: 'Never', restartPolicyRules: rules })] });
    expect(plan(pod, observation([exited('c', 42)]))).toEqual(['start c#1']);
    expect(plan(pod, observation([exited('c', 1)]))).toEqual(['finish']);
  });
});

describe('initialization', () => {
  const pod = aPod({ initContainers: [aContainer('i1'), aContainer('i2')], containers: [aContainer('c')] });

  it('runs one container after the other, then the pod’s own', () => {
    expect(plan(pod, observation([]))).toEqual(['start i1#0']);
    expect(plan(pod, observation([observed('i1')]))).toEqual([]);
    expect(plan(pod, observation([exited('i1', 0)]))).toEqual(['start i2#0']);
    expect(plan(pod, observation([exited('i1', 0), exited('i2', 0)]))).toEqual(['start c#0']);
  });

  it('tries a failed container again, unless the pod is never restarted', () => {
    expect(plan(pod, observation([exited('i1', 1)]))).toEqual(['start i1#1']);
    const once = aPod({ restartPolicy: 'Never', initContainers: [aContainer('i1')] });
    expect(plan(once, observation([exited('i1', 1)]))).toEqual(['finish']);
  });

  it('is done anew in a new sandbox', () => {
    const sandbox = aSandbox({ id: 's1', attempt: 1, createdAt: 5_000 });
    expect(plan(pod, observation([exited('i1', 0), exited('i2', 0)], [sandbox]))).toEqual(['start i1#1']);
  });

  it('is not repeated once a container has run, though its records are gone', () => {
    expect(plan(pod, observation([observed('c')]))).toEqual([]);
  });
});

describe('a sidecar', () => {
  const sidecar = aContainer('s', { restartPolicy: 'Always' });
  const pod = aPod({ initContainers: [sidecar, aContainer('i')], containers: [aContainer('c')] });

  it('lets the next container start as soon as it runs', () => {
    expect(plan(pod, observation([]))).toEqual(['start s#0']);
    expect(plan(pod, observation([observed('s')]))).toEqual(['start i#0']);
  });

  it('with a startup probe lets it start when that has succeeded', () => {
    const probed = aPod({ initContainers: [{ ...sidecar, startupProbe: {} }], containers: [aContainer('c')] });
    expect(plan(probed, observation([observed('s')]))).toEqual([]);
    expect(plan(probed, observation([observed('s')]), () => ({ startup: true, liveness: undefined }))).toEqual(['start c#0']);
  });

  it('is started again beside running containers, whatever the pod’s policy', () => {
    const never = aPod({ ...pod.spec, restartPolicy: 'Never' });
    expect(plan(never, observation([exited('s', 1), exited('i', 0), observed('c')]))).toEqual(['start s#1']);
  });

  it('does not keep a pod going whose containers are through', () => {
    const never = aPod({ ...pod.spec, restartPolicy: 'Never' });
    expect(plan(never, observation([observed('s'), exited('i', 0), exited('c', 0)]))).toEqual(['finish']);
  });
});

describe('an init container with a policy of its own', () => {
  const rules = [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }];
  it.each([
    ['Always', { restartPolicy: 'Never' }, 1, ['finish']],
    ['Never', { restartPolicy: 'OnFailure' }, 1, ['start i#1']],
    ['Never', { restartPolicy: 'Never', restartPolicyRules: rules }, 42, ['start i#1']],
    ['Never', { restartPolicy: 'Never', restartPolicyRules: rules }, 1, ['finish']],
    ['Never', { restartPolicy: 'Never', restartPolicyRules: rules }, 0, ['start c#0']],
  ])('in a pod with %s, by %j, after an exit with %i, is followed by %j', (restartPolicy, more, code, expected) => {
    expect(plan(aPod({ restartPolicy, initContainers: [aContainer('i', more)] }), observation([exited('i', code)]))).toEqual(expected);
  });
});

describe('a restart of all containers', () => {
  const rules = [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }];
  const source = (name: string) => aContainer(name, { restartPolicy: 'Never', restartPolicyRules: rules });
  const spec = {
    restartPolicy: 'Never',
    initContainers: [source('i'), aContainer('s', { restartPolicy: 'Always' })],
    containers: [source('a'), aContainer('b')],
  };
  const told = { conditions: [{ type: 'AllContainersRestarting', status: 'True' }] };
  const ended = observation([exited('i', 0), observed('s'), exited('a', 42), observed('b', { attempt: 1 }), exited('b', 1)]);

  it('waits until the status tells of it', () => {
    expect(plan(aPod(spec), ended)).toEqual([]);
    expect(plan(aPod(spec, {}, told), ended)).toEqual(['remove b-1! b-0 i-0 s-0! a-0']);
  });

  it('is begun by init containers and sidecars as well, and by no other exit', () => {
    expect(plan(aPod(spec, {}, told), observation([exited('i', 42)]))).toEqual(['remove i-0']);
    const never = { ...spec, initContainers: [{ ...source('s'), restartPolicy: 'Always' }] };
    expect(plan(aPod(never), observation([exited('s', 42), observed('a'), observed('b')]))).toEqual([]);
    expect(plan(aPod(never), observation([exited('s', 1), observed('a'), observed('b')]))).toEqual(['start s#1']);
    expect(plan(aPod(spec), observation([exited('i', 0), observed('s'), exited('a', 1), exited('b', 0)]))).toEqual(['finish']);
  });

  it('starts nothing until all are removed, and then all from the first init container on, with their restarts counted on', () => {
    expect(plan(aPod(spec, {}, told), observation([]))).toEqual([]);
    const status = (name: string, restartCount: number) => ({ name, restartCount, image: '', imageID: '', ready: false });
    const after = { initContainerStatuses: [status('i', 1), status('s', 4)], containerStatuses: [status('a', 2), status('b', 0)] };
    expect(plan(aPod(spec, {}, after), observation([]))).toEqual(['start i#1']);
    expect(plan(aPod(spec, {}, after), observation([exited('i', 0)]))).toEqual(['start s#4']);
    expect(plan(aPod(spec, {}, after), observation([exited('i', 0), observed('s')]))).toEqual(['start a#2', 'start b#0']);
  });

  it('leaves ephemeral containers alone', () => {
    const pod = aPod({ ...spec, ephemeralContainers: [aContainer('e')] }, {}, told);
    expect(plan(pod, observation([exited('a', 42), observed('e')]))).toEqual(['remove a-0']);
  });

  it('makes a sandbox anew that died meanwhile, whatever the pod’s policy', () => {
    expect(plan(aPod(spec, {}, told), observation([exited('a', 42)], [aSandbox({ ready: false })]))).toEqual(['sandbox 1']);
  });
});

describe('a sandbox that is gone', () => {
  it('is made anew with the next number, and everything with it', () => {
    const dead = aSandbox({ ready: false });
    expect(plan(aPod(), observation([exited('c', 137)], [dead]))).toEqual(['sandbox 1']);
    expect(plan(aPod(), observation([exited('c', 137)], [dead, aSandbox({ id: 's1', attempt: 1, createdAt: 4_000 })]))).toEqual(['start c#1']);
  });

  it('is not made anew for a pod that is through', () => {
    const dead = aSandbox({ ready: false });
    expect(plan(aPod({ restartPolicy: 'Never' }), observation([exited('c', 0)], [dead]))).toEqual(['finish']);
    expect(plan(aPod({ restartPolicy: 'OnFailure' }), observation([exited('c', 0)], [dead]))).toEqual(['finish']);
  });
});

describe('a container that runs', () => {
  it('is killed when its liveness or startup probe has failed', () => {
    const failing = (kind: 'startup' | 'liveness') => () => ({ ...NO_VERDICT, [kind]: false });
    const pod = aPod({ containers: [aContainer('c', { livenessProbe: {}, startupProbe: {} })] });
    expect(plan(pod, observation([observed('c')]), failing('liveness'))).toEqual(['kill c: Container c failed liveness probe, will be restarted']);
    expect(plan(pod, observation([observed('c')]), failing('startup'))).toEqual(['kill c: Container c failed startup probe, will be restarted']);
  });

  it('is replaced when its image changes', () => {
    const pod = aPod({ containers: [aContainer('c', { image: 'new' })] });
    expect(plan(pod, observation([observed('c')]))).toEqual(['kill c: Container c definition changed, will be restarted']);
  });
});
