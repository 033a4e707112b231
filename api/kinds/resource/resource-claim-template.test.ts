import { describe, expect, it } from '@jest/globals';
import { createErrors, stored, updateErrors } from '../../definition/strategy.fixture.ts';
import type { ResourceClaimTemplate } from './resource-claim-template.ts';
import { resourceClaimTemplates } from './resource-claim-template.ts';

const { strategy } = resourceClaimTemplates;

describe('a ResourceClaimTemplate', () => {
  it('holds a valid claim', () => {
    expect(createErrors(strategy, { spec: { spec: { devices: { requests: [{ name: 'r' }] } } } })).toEqual([
      expect.stringContaining('spec.spec.devices.requests[0]: Required value'),
    ]);
  });

  it('never changes', () => {
    const old = stored<ResourceClaimTemplate>(strategy, { spec: { spec: {} } });
    const errors = updateErrors(strategy, old, (next) => {
      next.spec.metadata = { labels: { a: 'b' } };
    });
    expect(errors).toEqual([expect.stringContaining('field is immutable')]);
  });
});
