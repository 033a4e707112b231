import type { Kind } from '../../../api/definition/kind.ts';
import type { NamespaceCondition } from '../../../api/kinds/core/namespace.ts';
import type { KubeObject } from '../../../api/meta/object.ts';
import { resourceText } from '../../../api/meta/status-error.ts';
import { timeText } from '../../../base/clock.ts';
import { conditionOf } from '../../_shared/conditions.ts';

/** The objects of one kind that remain after their deletion was requested. */
export interface Remaining {
  readonly kind: Kind;
  readonly count: number;
  /** Finalizer → the number of objects that carry it. */
  readonly finalizers: ReadonlyMap<string, number>;
}

export function remainingOf(kind: Kind, objects: readonly KubeObject[]): Remaining {
  const finalizers = new Map<string, number>();
  for (const object of objects) {
    for (const name of object.metadata?.finalizers ?? []) finalizers.set(name, (finalizers.get(name) ?? 0) + 1);
  }
  return { kind, count: objects.length, finalizers };
}

/** The outcome of one attempt to empty a namespace. */
export interface Outcome {
  /** Set if the kinds could not be discovered. */
  readonly discoveryError?: string;
  readonly deletionErrors: readonly string[];
  readonly remaining: readonly Remaining[];
}

interface Verdict {
  readonly type: string;
  readonly bad: string | undefined;
  readonly badReason: string;
  readonly goodReason: string;
  readonly good: string;
}

function verdicts({ discoveryError, deletionErrors, remaining }: Outcome): Verdict[] {
  const left = remaining.filter(({ count }) => count > 0);
  const finalizers = new Map<string, number>();
  for (const { finalizers: own } of left) for (const [name, count] of own) finalizers.set(name, (finalizers.get(name) ?? 0) + count);
  const resources = left.map(({ kind, count }) => `${resourceText(kind)}${kind.group === '' ? '.' : ''} has ${count} resource instances`).sort();
  const holders = [...finalizers].map(([name, count]) => `${name} in ${count} resource instances`).sort();
  return [
    {
      type: 'NamespaceDeletionDiscoveryFailure',
      bad: discoveryError,
      badReason: 'DiscoveryFailed',
      goodReason: 'ResourcesDiscovered',
      good: 'All resources successfully discovered',
    },
    {
      type: 'NamespaceDeletionGroupVersionParsingFailure',
      bad: undefined,
      badReason: 'GroupVersionParsingFailed',
      goodReason: 'ParsedGroupVersions',
      good: 'All legacy kube types successfully parsed',
    },
    {
      type: 'NamespaceDeletionContentFailure',
      bad:
        deletionErrors.length > 0
          ? `Failed to delete all resource types, ${deletionErrors.length} remaining: ${[...deletionErrors].sort().join(', ')}`
          : undefined,
      badReason: 'ContentDeletionFailed',
      goodReason: 'ContentDeleted',
      good: 'All content successfully deleted, may be waiting on finalization',
    },
    {
      type: 'NamespaceContentRemaining',
      bad: resources.length > 0 ? `Some resources are remaining: ${resources.join(', ')}` : undefined,
      badReason: 'SomeResourcesRemain',
      goodReason: 'ContentRemoved',
      good: 'All content successfully removed',
    },
    {
      type: 'NamespaceFinalizersRemaining',
      bad: holders.length > 0 ? `Some content in the namespace has finalizers remaining: ${holders.join(', ')}` : undefined,
      badReason: 'SomeFinalizersRemain',
      goodReason: 'ContentHasNoFinalizers',
      good: 'All content-preserving finalizers finished',
    },
  ];
}

/**
 * The conditions of a namespace that is being emptied. Transition times move only with the status.
 * Others' conditions are kept, and stand first.
 */
export function planConditions(before: readonly NamespaceCondition[], outcome: Outcome, now: number): NamespaceCondition[] {
  const next = verdicts(outcome).map(({ type, bad, badReason, goodReason, good }): NamespaceCondition => {
    const status = bad === undefined ? 'False' : 'True';
    const current = conditionOf(before, type);
    return {
      type,
      status,
      lastTransitionTime: current?.status === status ? current.lastTransitionTime : timeText(now),
      reason: bad === undefined ? goodReason : badReason,
      message: bad ?? good,
    };
  });
  const ours = new Set(next.map(({ type }) => type));
  return [...before.filter(({ type }) => !ours.has(type)), ...next];
}
