import { describe, expect, it } from '@jest/globals';
import { deployments } from '../../../api/kinds/apps/deployment.ts';
import { configMaps } from '../../../api/kinds/core/config-map.ts';
import { planConditions, remainingOf } from './plan.ts';

const NOW = Date.parse('2026-01-02T00:00:00Z');
const clean = { deletionErrors: [], remaining: [] };
const texts = (...args: Parameters<typeof planConditions>) =>
  planConditions(...args).map(({ type, status, reason }) => `${type}=${status} ${reason}`);

describe('the conditions of a namespace that is being emptied', () => {
  it('when all is gone', () => {
    expect(texts([], clean, NOW)).toEqual([
      'NamespaceDeletionDiscoveryFailure=False ResourcesDiscovered',
      'NamespaceDeletionGroupVersionParsingFailure=False ParsedGroupVersions',
      'NamespaceDeletionContentFailure=False ContentDeleted',
      'NamespaceContentRemaining=False ContentRemoved',
      'NamespaceFinalizersRemaining=False ContentHasNoFinalizers',
    ]);
  });

  it('name what is left, and whose finalizers hold it', () => {
    const held = (...finalizers: string[]) => ({ metadata: { finalizers } });
    const remaining = [remainingOf(configMaps, [held('a/b'), held('a/b', 'c/d'), {}]), remainingOf(deployments, [{}])];
    const conditions = planConditions([], { ...clean, remaining }, NOW);
    expect(conditions.slice(3).map(({ status, message }) => `${status}: ${message}`)).toEqual([
      'True: Some resources are remaining: configmaps. has 3 resource instances, deployments.apps has 1 resource instances',
      'True: Some content in the namespace has finalizers remaining: a/b in 2 resource instances, c/d in 1 resource instances',
    ]);
  });

  it('name what went wrong', () => {
    const conditions = planConditions([], { discoveryError: 'no answer', deletionErrors: ['pods refused'], remaining: [] }, NOW);
    expect(conditions.filter(({ status }) => status === 'True').map(({ reason, message }) => `${reason}: ${message}`)).toEqual([
      'DiscoveryFailed: no answer',
      'ContentDeletionFailed: Failed to delete all resource types, 1 remaining: pods refused',
    ]);
  });

  it('keep the time of their last change, and those of others', () => {
    const before = [
      { type: 'Mine', status: 'True' },
      { type: 'NamespaceContentRemaining', status: 'False', lastTransitionTime: 'then' },
      { type: 'NamespaceDeletionContentFailure', status: 'True', lastTransitionTime: 'then' },
    ];
    const times = Object.fromEntries(planConditions(before, clean, NOW).map(({ type, lastTransitionTime }) => [type, lastTransitionTime]));
    expect(times).toMatchObject({ Mine: undefined, NamespaceContentRemaining: 'then', NamespaceDeletionContentFailure: '2026-01-02T00:00:00Z' });
  });
});
