import { describe, expect, it } from '@jest/globals';
import { row } from '../../../definition/row.fixture.ts';
import { createErrors, defaulted, statusErrors, stored, updateErrors } from '../../../definition/strategy.fixture.ts';
import { jobs, jobStrategy as strategy } from './index.ts';
import { overlapOf, parseIndexes } from './index-intervals.ts';

const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } };
const job = (spec: object = {}) => ({ metadata: { name: 'j', uid: 'u' }, spec: { template, ...spec } });
const indexed = { completionMode: 'Indexed', completions: 4, parallelism: 2 };
const rule = (part: object) => ({ podFailurePolicy: { rules: [{ action: 'Count', onExitCodes: { operator: 'In', values: [1] }, ...part }] } });

describe('a Job', () => {
  it('runs one pod to its end, by default', () => {
    expect(defaulted(strategy, job()).spec).toMatchObject({
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      suspend: false,
      podReplacementPolicy: 'TerminatingOrFailed',
      manualSelector: false,
    });
    expect(defaulted(strategy, job({ parallelism: 2 })).spec?.completions).toBeUndefined();
    expect(defaulted(strategy, job({ backoffLimitPerIndex: 1 })).spec?.backoffLimit).toBe(2147483647);
    expect(createErrors(strategy, job())).toEqual([]);
  });

  it('gets a selector of its UID and labels for its pods, and keeps a manual one', () => {
    const made = stored(strategy, job());
    expect(made.spec?.selector).toEqual({ matchLabels: { 'batch.kubernetes.io/controller-uid': 'u' } });
    const labels = { 'job-name': 'j', 'batch.kubernetes.io/job-name': 'j', 'controller-uid': 'u', 'batch.kubernetes.io/controller-uid': 'u' };
    expect(made.spec?.template.metadata?.labels).toEqual(labels);
    expect(made.metadata.labels).toEqual(labels);
    const manual = { manualSelector: true, selector: { matchLabels: { me: 'x' } }, template: { ...template, metadata: { labels: { me: 'x' } } } };
    expect(stored(strategy, job(manual)).spec?.selector).toEqual({ matchLabels: { me: 'x' } });
    expect(createErrors(strategy, job({ ...manual, manualSelector: false }))).toEqual([expect.stringContaining('`selector` not auto-generated')]);
    expect(createErrors(strategy, job({ template: { ...template, metadata: { labels: { 'job-name': 'other' } } } }))).toEqual([
      expect.stringContaining('spec.template.metadata.labels[job-name]: Invalid value'),
    ]);
  });

  it.each([
    [
      { template: { spec: { containers: template.spec.containers } } },
      'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    ],
    [{ completions: -1 }, 'spec.completions: Invalid value: -1: must be greater than or equal to 0'],
    [{ managedBy: 'other' }, 'spec.managedBy: Invalid value: "other": must be a domain-prefixed path (such as "acme.io/foo")'],
    [{ managedBy: '' }, 'spec.managedBy: Required value'],
    [{ completionMode: 'x' }, 'spec.completionMode: Unsupported value: "x": supported values: "NonIndexed", "Indexed"'],
    [{ completionMode: 'Indexed', completions: undefined, parallelism: 1 }, 'spec.completions: Required value: when completion mode is Indexed'],
    [
      { ...indexed, parallelism: 100001 },
      'spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is Indexed',
    ],
    [
      { ...indexed, backoffLimitPerIndex: 1, maxFailedIndexes: 5 },
      'spec.maxFailedIndexes: Invalid value: 5: must be less than or equal to completions',
    ],
    [
      { ...indexed, completions: 100001, backoffLimitPerIndex: 1 },
      'spec.maxFailedIndexes: Required value: must be specified when completions is above 100000',
    ],
    [{ backoffLimitPerIndex: 1 }, 'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode'],
    [{ podReplacementPolicy: 'x' }, 'spec.podReplacementPolicy: Unsupported value: "x": supported values: "Failed", "TerminatingOrFailed"'],
    [
      { ...rule({}), podReplacementPolicy: 'TerminatingOrFailed' },
      'spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"',
    ],
    [rule({ action: '' }), 'spec.podFailurePolicy.rules[0].action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]'],
    [rule({ action: 'FailIndex' }), 'spec.podFailurePolicy.rules[0].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set'],
    [
      rule({ onExitCodes: undefined }),
      'spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required',
    ],
    [
      rule({ onExitCodes: { operator: 'In', values: [2, 1] } }),
      'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [2,1]: must be ordered',
    ],
    [
      rule({ onExitCodes: { operator: 'In', values: [0] } }),
      'spec.podFailurePolicy.rules[0].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator',
    ],
    [
      { ...indexed, successPolicy: { rules: [] } },
      'spec.successPolicy.rules: Required value: at least one rules must be specified when the successPolicy is specified',
    ],
    [
      { ...indexed, successPolicy: { rules: [{ succeededIndexes: '4' }] } },
      'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "4": error parsing succeededIndexes: too large index: "4"',
    ],
    [
      { ...indexed, successPolicy: { rules: [{ succeededCount: 5 }] } },
      'spec.successPolicy.rules[0].succeededCount: Invalid value: 5: must be less than or equal to 4 (the number of specified completions)',
    ],
  ])('is refused with %j', (spec, error) => {
    expect(createErrors(strategy, job(spec))).toEqual([error]);
  });

  it('refuses a name whose pods could have no host name', () => {
    const long = { ...job(indexed), metadata: { name: 'j'.repeat(62), uid: 'u' } };
    expect(createErrors(strategy, long)).toEqual([expect.stringContaining('will not able to create pod with invalid DNS label')]);
  });

  it('keeps its pods as they are, unless it is suspended and none runs', () => {
    const change = (spec: object, templateSpec: object) =>
      updateErrors(strategy, stored(strategy, job(spec)), (j) => {
        Object.assign(j.spec!.template.spec!, templateSpec);
      });
    const placement = { nodeSelector: { a: 'b' }, tolerations: [{ operator: 'Exists' }], schedulingGates: [{ name: 'g' }] };
    expect(change({ suspend: true }, placement)).toEqual([]);
    expect(change({}, placement)).toEqual([expect.stringContaining('spec.template.spec: Invalid value')]);
    expect(change({ suspend: true }, { hostNetwork: true })).toEqual([expect.stringContaining('field is immutable')]);
    const resources = [
      {
        name: 'c',
        image: 'i',
        imagePullPolicy: 'Always',
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        resources: { limits: { cpu: '1' } },
      },
    ];
    expect(change({ suspend: true }, { containers: resources })).toEqual([]);
    expect(change({ suspend: true }, { containers: [{ ...resources[0], image: 'j' }] })).toEqual([expect.stringContaining('field is immutable')]);
  });

  it('is scaled in completions only with its parallelism', () => {
    const change = (spec: object) =>
      updateErrors(strategy, stored(strategy, job(indexed)), (j) => {
        Object.assign(j.spec!, spec);
      });
    expect(change({ completions: 3, parallelism: 3 })).toEqual([]);
    expect(change({ completions: 3 })).toEqual(['spec.completions: Invalid value: 3: can only be modified in tandem with spec.parallelism']);
  });

  it.each([
    [{ ready: 1 }, {}, 'status.ready: Invalid value: 1: cannot set more ready pods than active'],
    [
      { conditions: [{ type: 'Failed', status: 'True' }], startTime: '2026-01-01T00:00:00Z' },
      {},
      'status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition',
    ],
    [
      { completionTime: '2026-01-01T00:00:00Z' },
      {},
      'status.completionTime: Invalid value: "2026-01-01T00:00:00Z": cannot set completionTime when there is no Complete=True condition',
    ],
    [{ failed: 1 }, { failed: 2 }, 'status.failed: Invalid value: 1: cannot decrease the failed counter'],
    [
      { completedIndexes: '1' },
      {},
      'status.completedIndexes: Invalid value: "1": error parsing completedIndexes: too large index: "1"',
      'status.completedIndexes: Invalid value: "1": cannot set non-empty completedIndexes when non-indexed completion mode',
    ],
    [{ uncountedTerminatedPods: { succeeded: ['a'], failed: ['a'] } }, {}, 'status.uncountedTerminatedPods.failed[0]: Duplicate value: "a"'],
    [
      {},
      { conditions: [{ type: 'Complete', status: 'True' }] },
      'status.conditions: Invalid value: cannot disable the terminal Complete=True condition',
    ],
  ])('cannot report %j after %j', (status, before, ...errors) => {
    const old = { ...stored(strategy, job()), status: before };
    expect(
      statusErrors(strategy, old, (j) => {
        j.status = status;
      }),
    ).toEqual(errors);
  });

  it('reads lists of indexes and finds what two have in common', () => {
    expect(parseIndexes('1,3-5', 6)).toEqual({
      ok: true,
      intervals: [
        [1, 1],
        [3, 5],
      ],
      total: 4,
    });
    expect(parseIndexes('3,1', 6)).toEqual({ ok: false, fault: 'non-increasing order, previous: 3, current: 1' });
    expect(parseIndexes('1-2-3', 6)).toMatchObject({ ok: false, fault: expect.stringContaining('at most two parts') });
    expect(overlapOf('0-2,5', '3-4', 6)).toBeUndefined();
    expect(overlapOf('0-2,5', '4-5', 6)).toBe(5);
  });

  it('shows its state, progress and duration', () => {
    expect(row(jobs, { ...job({ completions: 3 }), status: { succeeded: 1, startTime: '2026-01-01T00:05:00Z' } })).toMatchObject({
      Status: 'Running',
      Completions: '1/3',
      Duration: '5m',
    });
    expect(row(jobs, job({ parallelism: 4 }))).toMatchObject({ Completions: '0/1 of 4', Duration: '' });
    expect(row(jobs, { ...job(), status: { conditions: [{ type: 'Suspended', status: 'True' }] } })).toMatchObject({ Status: 'Suspended' });
    expect(strategy.selectableFields?.['status.successful']?.({ ...stored(strategy, job()), status: { succeeded: 2 } })).toBe('2');
  });
});
