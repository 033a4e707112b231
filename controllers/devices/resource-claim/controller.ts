import type { Kind } from '../../../api/definition/kind.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { ResourceClaim, ResourceClaimTemplate } from '../../../api/kinds/resource/index.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { createRememberedUids } from '../../_shared/remembered-uids.ts';
import { createResourceClaimMetrics } from './metrics.ts';
import type { ResourceClaimParts } from './parts.ts';
import { claimsHeldBy, indexClaims, podLaneKey, podsOfClaim, podsOfTemplate } from './parts.ts';
import { isDone, needsWork } from './pod-plan.ts';
import { createResourceClaimReconcile } from './reconcile.ts';

export interface ResourceClaimKinds {
  readonly resourceClaims: Kind<ResourceClaim>;
  readonly resourceClaimTemplates: Kind<ResourceClaimTemplate>;
  readonly pods: Kind<Pod>;
}

const usesClaims = ({ spec, status }: Pod): boolean =>
  (spec?.resourceClaims !== undefined && spec.resourceClaims.length > 0) || status?.extendedResourceClaimStatus !== undefined;

/**
 * Makes the claims of pods from templates, drops the reservations of pods that are over, frees the devices of claims that nobody uses, and
 * deletes the claims that were made for pods that are over (pkg/controller/resourceclaim). A pod that has ended gets no claims and no
 * reservations again, where upstream would go on for as long as it exists (kubernetes/kubernetes#141274).
 */
export function resourceClaimController(kinds: ResourceClaimKinds): ControllerDefinition {
  return {
    name: 'resourceclaim-controller',
    component: 'resource_claim',
    concurrency: 50,
    setup(env) {
      const claims = env.informers.of(kinds.resourceClaims);
      const pods = env.informers.of(kinds.pods);
      const parts: ResourceClaimParts = {
        env,
        claims,
        pods,
        templates: env.informers.of(kinds.resourceClaimTemplates),
        deleted: createRememberedUids(),
        metrics: createResourceClaimMetrics(env.registry, claims),
      };
      indexClaims(parts);
      const lacking = (found: readonly Live<Pod>[]): readonly ObjectKey[] =>
        found.flatMap((pod) => {
          const { namespace = '' } = pod.metadata;
          return needsWork(pod, (name) => claims.get({ namespace, name })) ? [podLaneKey(pod)] : [];
        });
      const isReplaced = (pod: Live<Pod>, old: Live<Pod>): boolean => pod.metadata.uid !== old.metadata.uid;
      const gone = (pod: Live<Pod>) => {
        if (usesClaims(pod)) parts.deleted.add(pod.metadata.uid);
      };
      // Attached before the wiring: its handlers see which pods are gone.
      pods.on({ update: (pod, old) => isReplaced(pod, old) && gone(old), delete: gone });
      return {
        // The first list too may have reservations of pods that are gone.
        for: primary(kinds.resourceClaims, { when: { create: true, update: true } }),
        watches: [
          watched(kinds.pods, {
            when: { create: usesClaims, update: (pod, old) => usesClaims(pod) || (isReplaced(pod, old) && usesClaims(old)), delete: usesClaims },
            map: (pod) => (isDone(pod) || parts.deleted.has(pod.metadata.uid) ? claimsHeldBy(pod, claims) : lacking([pod])),
            moved: isReplaced,
          }),
          watched(kinds.resourceClaims, { map: (claim) => lacking(podsOfClaim(pods, keyOf(claim))), moved: () => false }),
          watched(kinds.resourceClaimTemplates, {
            when: { create: true, update: true },
            map: (template) => lacking(podsOfTemplate(pods, keyOf(template))),
            moved: () => false,
          }),
        ],
        reconcile: createResourceClaimReconcile(parts),
      };
    },
  };
}
