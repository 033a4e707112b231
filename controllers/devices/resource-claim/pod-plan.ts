import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { ResourceClaim, ResourceClaimTemplate } from '../../../api/kinds/resource/index.ts';
import { foreignClaim, isReservedFor, podClaimName } from '../../../api/kinds/resource/pod-claims.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { PodResourceClaim } from '../../../api/pod/spec/pod-spec.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { isTerminal } from '../../_shared/pod-state.ts';
import { claimFromTemplate } from './generated-claim.ts';

/** The objects in a pod's namespace that decide about its claims. */
export interface ClaimSources {
  claim(name: string): Live<ResourceClaim> | undefined;
  template(name: string): Live<ResourceClaimTemplate> | undefined;
  /** Returns the claim that was generated for an entry of the pod, whether or not its status tells. */
  generated(pod: Live<Pod>, entry: string): Live<ResourceClaim> | undefined;
}

/** The way to the claim of an entry of `resourceClaims`. */
export type EntryPlan =
  /** There is nothing to generate: a user makes the claim, or none is needed. */
  | { readonly do: 'nothing' }
  /** The entry has a claim of this name, which belongs into the pod's status. */
  | { readonly do: 'record'; readonly name: string }
  | { readonly do: 'create'; readonly claim: ResourceClaim }
  | { readonly do: 'refuse'; readonly why: string };

/** Whether a pod runs no container any more, and never will. */
export const isDone = (pod: Live<Pod>): boolean => isTerminal(pod) || (isDeleting(pod) && !pod.spec?.nodeName);

/** Whether a pod may get claims. A pod that is done may not: what it holds is given back. */
export const mayGetClaims = (pod: Live<Pod>): boolean => !isDeleting(pod) && !isTerminal(pod);

/** Decides about one entry of a pod that may get claims. */
export function planEntry(pod: Live<Pod>, entry: PodResourceClaim, sources: ClaimSources): EntryPlan {
  const known = podClaimName(pod, entry);
  const { name, resourceClaimTemplateName: templateName } = entry;
  if (templateName === undefined) {
    return known.state === 'missing' ? { do: 'refuse', why: `checking for claim before creating it: ${known.message}` } : { do: 'nothing' };
  }
  if (known.state === 'unneeded') return { do: 'nothing' };
  const recorded = known.state === 'named' ? sources.claim(known.name) : undefined;
  if (recorded && foreignClaim(pod, recorded) === undefined) return { do: 'record', name: recorded.metadata.name };
  const generated = sources.generated(pod, name);
  if (generated) return { do: 'record', name: generated.metadata.name };
  const template = sources.template(templateName);
  if (template) return { do: 'create', claim: claimFromTemplate(pod, name, template) };
  const missing = JSON.stringify(templateName);
  return { do: 'refuse', why: `resource claim template ${missing}: resourceclaimtemplate.resource.k8s.io ${missing} not found` };
}

/** A claim as the status of a pod names it. */
export interface RecordedClaim {
  readonly name: string;
  readonly resourceClaimName: string;
}

/** Whether the pod's status names other claims than these, or not all of them. */
export const isNews = ({ status }: Live<Pod>, recorded: readonly RecordedClaim[]): boolean =>
  recorded.some(
    ({ name, resourceClaimName }) => status?.resourceClaimStatuses?.find((entry) => entry.name === name)?.resourceClaimName !== resourceClaimName,
  );

/** Returns the claims that a pod which was bound without the scheduler uses and has not reserved. The scheduler reserves those of others. */
export function claimsToReserve(pod: Live<Pod>, claimOf: ClaimSources['claim']): readonly Live<ResourceClaim>[] {
  if (!pod.spec?.nodeName) return [];
  return (pod.spec.resourceClaims ?? []).flatMap((entry) => {
    const known = podClaimName(pod, entry);
    const claim = known.state === 'named' ? claimOf(known.name) : undefined;
    if (known.state !== 'named' || !claim?.status?.allocation || isReservedFor(pod, claim)) return [];
    return known.generated && foreignClaim(pod, claim) !== undefined ? [] : [claim];
  });
}

/** Whether a pod lacks a claim that is to be generated, or a reservation. */
export function needsWork(pod: Live<Pod>, claimOf: ClaimSources['claim']): boolean {
  if (!mayGetClaims(pod)) return false;
  const lacks = pod.spec?.resourceClaims?.some((entry) => {
    const known = podClaimName(pod, entry);
    return known.state === 'missing' || (known.state === 'named' && known.generated && !claimOf(known.name));
  });
  return lacks === true || claimsToReserve(pod, claimOf).length > 0;
}
