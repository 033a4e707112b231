import type { StatefulSet } from '../../../api/kinds/apps/stateful-set/schema.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/schema.ts';
import type { Live } from '../../../api/meta/object.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';

export type Claim = Live<PersistentVolumeClaim>;
/** Returns the claim of that name in the set's namespace, as the cache shows it. */
export type FindClaim = (name: string) => Claim | undefined;

export const claimName = (set: Live<StatefulSet>, template: string, ordinal: number): string => `${template}-${set.metadata.name}-${ordinal}`;

/** Returns the claims of the pod of a number. Their labels are the template's, and those by which the set finds its pods. */
export function claimsOf(set: Live<StatefulSet>, ordinal: number): PersistentVolumeClaim[] {
  const { namespace } = set.metadata;
  return (set.spec?.volumeClaimTemplates ?? []).map((template) => {
    const labels = { ...template.metadata?.labels, ...set.spec?.selector?.matchLabels };
    const { status: _, ...claim } = template;
    return {
      ...claim,
      metadata: {
        ...template.metadata,
        name: claimName(set, template.metadata?.name ?? '', ordinal),
        ...(namespace === undefined ? {} : { namespace }),
        ...(Object.keys(labels).length > 0 ? { labels } : {}),
      },
    };
  });
}

/** Returns the claims of a number that exist. */
export const existingClaims = (set: Live<StatefulSet>, ordinal: number, find: FindClaim): Claim[] =>
  (set.spec?.volumeClaimTemplates ?? []).flatMap(({ metadata }) => find(claimName(set, metadata?.name ?? '', ordinal)) ?? []);

/** The claims that keep a pod from being created until they are made, or gone. */
export interface ClaimGap {
  readonly missing: readonly PersistentVolumeClaim[];
  /** Names of the claims that are being deleted. */
  readonly terminating: readonly string[];
}

export function claimGap(set: Live<StatefulSet>, ordinal: number, find: FindClaim): ClaimGap {
  const missing: PersistentVolumeClaim[] = [];
  const terminating: string[] = [];
  for (const claim of claimsOf(set, ordinal)) {
    const name = claim.metadata?.name ?? '';
    const there = find(name);
    if (!there) missing.push(claim);
    else if (isDeleting(there)) terminating.push(name);
  }
  return { missing, terminating };
}

/**
 * Returns the names of the sets whose claim this may be. The name alone does not tell: `a-b-c-0` may be claim `a` of set `b-c`, or claim
 * `a-b` of set `c`.
 */
export function possibleSets(claim: string): string[] {
  const parts = /^(.+)-[0-9]+$/.exec(claim)?.[1]?.split('-') ?? [];
  return parts.slice(1).map((_, index) => parts.slice(index + 1).join('-'));
}
