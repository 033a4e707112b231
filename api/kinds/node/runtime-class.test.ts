import { describe, expect, it } from '@jest/globals';
import type { AdmissionContext } from '../../definition/kind.ts';
import { createErrors, stored, updateErrors } from '../../definition/strategy.fixture.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { Pod } from '../core/pod/index.ts';
import type { RuntimeClass } from './runtime-class.ts';
import { runtimeClasses } from './runtime-class.ts';

const { strategy, admission = [] } = runtimeClasses;

describe('a RuntimeClass', () => {
  it.each<[string, RuntimeClass, string]>([
    ['has a handler', { handler: '' }, 'handler: Required value'],
    ['names its handler by a label', { handler: 'Run C' }, 'handler: Invalid value: "Run C": a lowercase RFC 1123 label'],
    [
      'takes no negative overhead',
      { handler: 'h', overhead: { podFixed: { cpu: '-1' } } },
      'overhead.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
    ],
    ['selects nodes by labels', { handler: 'h', scheduling: { nodeSelector: { a: 'b c' } } }, 'scheduling.nodeSelector: Invalid value: "b c"'],
    [
      'tolerates taints by key',
      { handler: 'h', scheduling: { tolerations: [{ operator: 'Equal', value: 'v' }] } },
      'scheduling.tolerations[0].operator: Invalid value: "Equal"',
    ],
    [
      'names no toleration twice',
      {
        handler: 'h',
        scheduling: {
          tolerations: [
            { key: 'k', operator: 'Exists' },
            { key: 'k', operator: 'Exists' },
          ],
        },
      },
      'scheduling.tolerations[1]: Duplicate value: {"Key":"k","Operator":"Exists","Value":"","Effect":"","TolerationSeconds":null}',
    ],
  ])('%s', (_sentence, runtimeClass, expected) => {
    expect(createErrors(strategy, runtimeClass)).toEqual([expect.stringContaining(expected)]);
  });

  it('keeps its handler, and is updated by the version that was read', () => {
    const old = stored<RuntimeClass>(strategy, { handler: 'runc' });
    expect(
      updateErrors(strategy, old, (next) => {
        next.handler = 'kata';
      }),
    ).toEqual(['handler: Invalid value: "kata": field is immutable']);
    expect(strategy.allowUnconditionalUpdate).toBe(false);
  });
});

/** Runs the rules on the creation of a pod, in a cluster that has the class `sandboxed`; returns the pod as it is then. */
function admitted(spec: Partial<NonNullable<Pod['spec']>>, runtimeClass: Partial<RuntimeClass> = {}): Pod {
  const sandboxed = stored<RuntimeClass>(strategy, { metadata: { name: 'sandboxed' }, handler: 'kata', ...runtimeClass });
  const context: Pick<AdmissionContext, 'get' | 'forbidden'> = {
    get: ((_kind, { name }) => (name === 'sandboxed' ? sandboxed : undefined)) as AdmissionContext['get'],
    forbidden: (why) => new StatusError('Forbidden', why),
  };
  const pod: Pod = { metadata: { name: 'p' }, spec: { containers: [], ...spec } };
  for (const phase of ['admit', 'validate'] as const) for (const rule of admission) void rule[phase]?.(pod, undefined, context as AdmissionContext);
  return pod;
}

describe('a pod that names a RuntimeClass', () => {
  const runtimeClassName = 'sandboxed';

  it('is refused with 403 if there is no such class', () => {
    expect(() => admitted({ runtimeClassName: 'none' })).toThrow(
      expect.objectContaining({ code: 403, message: 'pod rejected: RuntimeClass "none" not found' }),
    );
  });

  it('gets the overhead of the class, and may have no other', () => {
    const overhead = { podFixed: { cpu: '10m' } };
    expect(admitted({ runtimeClassName }, { overhead }).spec?.overhead).toEqual({ cpu: '10m' });
    const other = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";
    expect(() => admitted({ runtimeClassName, overhead: { cpu: '20m' } }, { overhead })).toThrow(other);
    const without = 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead';
    expect(() => admitted({ runtimeClassName, overhead: { cpu: '20m' } })).toThrow(without);
    expect(() => admitted({ overhead: { cpu: '20m' } })).toThrow(without);
  });

  it('goes to the nodes of the class as well as its own', () => {
    const { spec } = admitted({ runtimeClassName, nodeSelector: { own: 'yes' } }, { scheduling: { nodeSelector: { sandbox: 'kata' } } });
    expect(spec?.nodeSelector).toEqual({ own: 'yes', sandbox: 'kata' });
    expect(() => admitted({ runtimeClassName, nodeSelector: { sandbox: 'runc' } }, { scheduling: { nodeSelector: { sandbox: 'kata' } } })).toThrow(
      'conflict: runtimeClass.scheduling.nodeSelector[sandbox] = kata; pod.spec.nodeSelector[sandbox] = runc',
    );
  });

  it('tolerates the taints of the class; what is covered by another toleration is dropped', () => {
    const gpu = { key: 'gpu', operator: 'Equal', value: 'a', effect: 'NoSchedule' };
    const anyGpu = { key: 'gpu', operator: 'Exists' };
    const other = { key: 'other', operator: 'Exists' };
    const tolerations = (own: object[], more: object[]) =>
      admitted({ runtimeClassName, tolerations: own }, { scheduling: { tolerations: more } }).spec?.tolerations;
    expect(tolerations([gpu], [other])).toEqual([gpu, other]);
    expect(tolerations([gpu], [anyGpu])).toEqual([anyGpu]);
    expect(tolerations([anyGpu], [gpu, anyGpu])).toEqual([anyGpu]);
    const brief = { key: 'x', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 };
    const longer = { ...brief, tolerationSeconds: 9 };
    expect(tolerations([brief], [longer])).toEqual([longer]);
  });
});
