import { describe, expect, it } from '@jest/globals';
import { createErrors, defaulted, stored, updateErrors } from '../../definition/strategy.fixture.ts';
import { replicaSetStrategy as strategy } from './replica-set.ts';

const labels = { app: 'a' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };

describe('a ReplicaSet', () => {
  const set = (spec: object = {}) => ({ metadata: { name: 'r' }, spec: { selector: { matchLabels: labels }, template, ...spec } });

  it('has one replica, and pods of its template', () => {
    expect(defaulted(strategy, set()).spec).toMatchObject({ replicas: 1, template: { spec: { restartPolicy: 'Always' } } });
    expect(createErrors(strategy, set())).toEqual([]);
  });

  it('selects its own pods, and keeps selecting them', () => {
    expect(createErrors(strategy, set({ selector: { matchLabels: { app: 'b' } } }))).toEqual([
      expect.stringContaining('`selector` does not match template `labels`'),
    ]);
    expect(
      updateErrors(strategy, stored(strategy, set()), (r) => {
        r.spec!.selector = { matchExpressions: [{ key: 'app', operator: 'Exists' }] };
      }),
    ).toEqual([expect.stringContaining('spec.selector: Invalid value')]);
  });
});
