import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { POD_CLAIM_ANNOTATION } from '../../../api/kinds/resource/annotations.ts';
import type { ResourceClaim, ResourceClaimTemplate } from '../../../api/kinds/resource/index.ts';
import { claimNamesOf, owningPod } from '../../../api/kinds/resource/pod-claims.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { keyText } from '../../../api/meta/object.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import type { RememberedUids } from '../../_shared/remembered-uids.ts';
import type { ResourceClaimMetrics } from './metrics.ts';
import type { ClaimSources } from './pod-plan.ts';

/** The parts that the steps of the controller share. */
export interface ResourceClaimParts {
  readonly env: ControllerEnv;
  readonly claims: Informer<ResourceClaim>;
  readonly templates: Informer<ResourceClaimTemplate>;
  readonly pods: Informer<Pod>;
  /** Pods with claims that are known to be deleted. */
  readonly deleted: RememberedUids;
  readonly metrics: ResourceClaimMetrics;
}

/** Keys of pods share the lane with those of claims; no name of a claim has a slash. */
const PREFIX = 'pods/';

export const podLaneKey = ({ metadata }: Live<Pod>): ObjectKey => ({ namespace: metadata.namespace ?? '', name: `${PREFIX}${metadata.name}` });

/** Returns the key of the pod that a key of the lane stands for; undefined if it is a claim's. */
export const podKeyOf = ({ namespace, name }: ObjectKey): ObjectKey | undefined =>
  name.startsWith(PREFIX) ? { namespace, name: name.slice(PREFIX.length) } : undefined;

const BY_CLAIM = 'resource-claim';
const BY_TEMPLATE = 'resource-claim-template';
const BY_OWNER = 'resource-claim-owner';
const NONE: readonly string[] = [];

const inNamespaceOf = ({ metadata: { namespace = '' } }: Live, names: readonly string[]): readonly string[] =>
  names.map((name) => keyText({ namespace, name }));

/** Declares the indexes by which pods, claims and templates find each other. */
export function indexClaims({ pods, claims }: Pick<ResourceClaimParts, 'pods' | 'claims'>): void {
  pods.addIndex(BY_CLAIM, (pod) => (pod.spec?.resourceClaims ? inNamespaceOf(pod, claimNamesOf(pod)) : NONE));
  pods.addIndex(BY_TEMPLATE, (pod) => {
    const { resourceClaims } = pod.spec ?? {};
    if (!resourceClaims) return NONE;
    const names = resourceClaims.flatMap(({ resourceClaimTemplateName: name }) => (name === undefined ? [] : [name]));
    return inNamespaceOf(pod, names);
  });
  claims.addIndex(BY_OWNER, (claim) => {
    const owner = owningPod(claim);
    return owner ? [owner.uid] : NONE;
  });
}

export const podsOfClaim = (pods: Informer<Pod>, claim: ObjectKey): readonly Live<Pod>[] => pods.byIndex(BY_CLAIM, keyText(claim));
export const podsOfTemplate = (pods: Informer<Pod>, template: ObjectKey): readonly Live<Pod>[] => pods.byIndex(BY_TEMPLATE, keyText(template));

/** Returns the keys of the claims that a pod may have reserved: those that it names, and those that were made for it, whatever its status tells. */
export function claimsHeldBy(pod: Live<Pod>, claims: Informer<ResourceClaim>): readonly ObjectKey[] {
  const { namespace = '', uid } = pod.metadata;
  const names = new Set(claimNamesOf(pod));
  for (const { metadata } of claims.byIndex(BY_OWNER, uid)) names.add(metadata.name);
  const extended = pod.status?.extendedResourceClaimStatus?.resourceClaimName;
  if (extended !== undefined) names.add(extended);
  return [...names].map((name) => ({ namespace, name }));
}

/** Returns what a plan for a pod of a namespace looks at: the caches. */
export function sourcesIn({ claims, templates }: Pick<ResourceClaimParts, 'claims' | 'templates'>, namespace: string): ClaimSources {
  return {
    claim: (name) => claims.get({ namespace, name }),
    template: (name) => templates.get({ namespace, name }),
    generated: ({ metadata }, entry) =>
      claims.byIndex(BY_OWNER, metadata.uid).find((claim) => claim.metadata.annotations?.[POD_CLAIM_ANNOTATION] === entry),
  };
}
