import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { ephemeralClaimName } from '../../../api/pod/volume/claim-name.ts';
import type { EphemeralVolumeSource } from '../../../api/pod/volume/volume.ts';
import { controllerOf } from '../../../runtime/control/controller-ref.ts';

export type VolumePlan =
  | { readonly do: 'nothing' }
  | { readonly do: 'create'; readonly claim: PersistentVolumeClaim }
  /** The name of the claim is taken by one that is not the pod's. */
  | { readonly do: 'refuse'; readonly why: string };

export interface PlannedVolume {
  readonly volume: string;
  readonly plan: VolumePlan;
}

/** Decides about the claims of a pod's ephemeral volumes. @param claimOf returns the claim of a name in the pod's namespace */
export function planClaims(pod: Live<Pod>, claimOf: (name: string) => Live<PersistentVolumeClaim> | undefined): readonly PlannedVolume[] {
  if (pod.metadata.deletionTimestamp !== undefined) return [];
  return (pod.spec?.volumes ?? []).flatMap(({ name, ephemeral }) => {
    if (!ephemeral) return [];
    const claimName = ephemeralClaimName(pod.metadata.name, name);
    return [{ volume: name, plan: planClaim(pod, claimName, claimOf(claimName), ephemeral.volumeClaimTemplate) }];
  });
}

type Template = NonNullable<EphemeralVolumeSource['volumeClaimTemplate']>;

function planClaim(pod: Live<Pod>, name: string, existing: Live<PersistentVolumeClaim> | undefined, template: Template | undefined): VolumePlan {
  const { namespace = '' } = pod.metadata;
  if (!existing) return { do: 'create', claim: claimFor(pod, name, template) };
  if (isOwnClaim(pod, existing)) return { do: 'nothing' };
  return { do: 'refuse', why: `PVC ${namespace}/${name} was not created for pod ${namespace}/${pod.metadata.name} (pod is not the owner)` };
}

/** Whether a claim was made for the pod. */
export const isOwnClaim = (pod: Live<Pod>, claim: Live<PersistentVolumeClaim>): boolean => controllerOf(claim)?.uid === pod.metadata.uid;

/** The pod owns its claim: it goes with the pod. */
function claimFor({ metadata }: Live<Pod>, name: string, template: Template | undefined): PersistentVolumeClaim {
  const { annotations, labels } = template?.metadata ?? {};
  return {
    metadata: {
      name,
      namespace: metadata.namespace,
      ...(annotations ? { annotations } : {}),
      ...(labels ? { labels } : {}),
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true }],
    },
    spec: { ...template?.spec },
  };
}
