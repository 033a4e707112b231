import { describe, expect, it } from '@jest/globals';
import { row } from '../../../definition/row.fixture.ts';
import { createErrors, defaulted, statusErrors, stored, updated, updateErrors } from '../../../definition/strategy.fixture.ts';
import { daemonSets, daemonSetStrategy as strategy } from './index.ts';

const labels = { app: 'a' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const set = (spec: object = {}, metadata: object = {}) => ({
  metadata: { name: 'd', ...metadata },
  spec: { selector: { matchLabels: labels }, template, ...spec },
});
const GENERATION = 'deprecated.daemonset.template.generation';

describe('a DaemonSet', () => {
  it('replaces one pod at a time and keeps ten revisions', () => {
    expect(defaulted(strategy, set()).spec).toMatchObject({
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      revisionHistoryLimit: 10,
    });
    expect(defaulted(strategy, set({ updateStrategy: { type: 'OnDelete' } })).spec?.updateStrategy).toEqual({ type: 'OnDelete' });
    expect(createErrors(strategy, set())).toEqual([]);
  });

  it.each([
    [{ selector: undefined }, 'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`'],
    [{ selector: {} }, 'spec.selector: Invalid value: {}: empty selector is invalid for daemonset'],
    [
      { updateStrategy: { type: 'x' } },
      'spec.updateStrategy: Unsupported value: {"Type":"x","RollingUpdate":null}: supported values: "RollingUpdate", "OnDelete"',
    ],
    [
      { updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } },
      'spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0',
    ],
    [
      { updateStrategy: { rollingUpdate: { maxSurge: 1 } } },
      'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero',
    ],
    [
      { updateStrategy: { rollingUpdate: { maxUnavailable: '101%' } } },
      'spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
    ],
    [{ minReadySeconds: -1 }, 'spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0'],
    [
      { template: { ...template, spec: { ...template.spec, activeDeadlineSeconds: 1 } } },
      'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in DaemonSet is not Supported',
    ],
  ])('is refused with %j', (spec, error) => {
    expect(createErrors(strategy, set(spec))).toEqual([error]);
  });

  it('numbers its templates in an annotation that clients cannot set back', () => {
    const old = stored(strategy, set());
    expect(old.metadata.annotations).toEqual({ [GENERATION]: '1' });
    const changed = updated(strategy, old, (d) => {
      d.metadata = { ...d.metadata, annotations: {} };
      d.spec!.template.spec!.hostNetwork = true;
    });
    expect(changed.metadata?.annotations).toEqual({ [GENERATION]: '2' });
    const same = updated(strategy, old, (d) => {
      d.metadata = { ...d.metadata, annotations: { [GENERATION]: '9' } };
    });
    expect(same.metadata?.annotations).toEqual({ [GENERATION]: '1' });
    expect(stored(strategy, set({}, { annotations: { [GENERATION]: '7' } })).metadata.annotations).toEqual({ [GENERATION]: '7' });
    expect(() => defaulted(strategy, set({}, { annotations: { [GENERATION]: 'x' } }))).toThrow('strconv.ParseInt: parsing "x": invalid syntax');
  });

  it('never changes its selector, nor counts collisions down', () => {
    expect(
      updateErrors(strategy, stored(strategy, set()), (d) => {
        d.spec!.selector = { matchExpressions: [{ key: 'app', operator: 'Exists' }] };
      }),
    ).toEqual([expect.stringContaining('field is immutable')]);
    const counted = {
      ...stored(strategy, set()),
      status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0, collisionCount: 2 },
    };
    expect(
      statusErrors(strategy, counted, (d) => {
        d.status!.collisionCount = 1;
        d.status!.numberReady = -1;
      }),
    ).toEqual([
      'status.numberReady: Invalid value: -1: must be greater than or equal to 0',
      'status.collisionCount: Invalid value: 1: cannot be decremented',
    ]);
  });

  it('shows its counts and the nodes that it is for', () => {
    const spec = { ...template.spec, nodeSelector: { disk: 'ssd' } };
    const status = { currentNumberScheduled: 1, numberMisscheduled: 0, desiredNumberScheduled: 3, numberReady: 2 };
    expect(row(daemonSets, { ...set({ template: { ...template, spec } }), status })).toMatchObject({
      Desired: 3,
      Current: 1,
      Ready: 2,
      'Node Selector': 'disk=ssd',
      Age: '10m',
      Selector: 'app=a',
    });
  });
});
