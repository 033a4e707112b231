import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { POD_CLAIM_ANNOTATION } from '../../../api/kinds/resource/annotations.ts';
import type { ResourceClaim, ResourceClaimTemplate } from '../../../api/kinds/resource/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { sha256Hex } from '../../../base/sha256.ts';

/** Leaves room for six characters of the 63 that a label may have. */
const MAX_PREFIX = 57;
const SUFFIX_LENGTH = 5;

/** Returns the prefix of the name of a claim. Where it is too long, both names are cut in proportion, so that something of each is left. */
export function claimNamePrefix(pod: string, entry: string): string {
  const whole = `${pod}-${entry}-`;
  if (whole.length <= MAX_PREFIX) return whole;
  const cut = (name: string) => name.slice(0, Math.floor((name.length * MAX_PREFIX) / whole.length));
  return `${cut(pod)}-${cut(entry)}`;
}

/**
 * Returns the claim that an entry of a pod's `resourceClaims` gets from a template. Upstream has the server make the name; here the pod's UID
 * decides it, so that a creation whose answer is lost, or that two leaders try, leads to one claim.
 */
export function claimFromTemplate({ metadata }: Live<Pod>, entry: string, template: ResourceClaimTemplate): ResourceClaim {
  const generateName = claimNamePrefix(metadata.name, entry);
  const { annotations, labels } = template.spec.metadata ?? {};
  return {
    metadata: {
      generateName,
      name: `${generateName}${sha256Hex(`${metadata.uid}/${entry}`).slice(0, SUFFIX_LENGTH)}`,
      namespace: metadata.namespace,
      annotations: { ...annotations, [POD_CLAIM_ANNOTATION]: entry },
      ...(labels ? { labels } : {}),
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: metadata.name, uid: metadata.uid, controller: true }],
    },
    spec: template.spec.spec,
  };
}

/** Whether a claim asks for devices beside their users. Alternatives of a request cannot. */
export const wantsAdminAccess = ({ spec }: ResourceClaim): boolean => spec.devices?.requests?.some(({ exactly }) => exactly?.adminAccess) ?? false;
