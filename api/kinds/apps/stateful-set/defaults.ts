import type { Live } from '../../../meta/object.ts';
import { roundAmounts } from '../../../pod/container/container-defaults.ts';
import { defaultPodTemplate } from '../../../pod/template/pod-template-defaults.ts';
import type { PersistentVolumeClaim } from '../../core/persistent-volume-claim/schema.ts';
import type { StatefulSet } from './schema.ts';

export function defaultStatefulSet(set: StatefulSet): void {
  const { spec } = set;
  if (!spec) return;
  spec.podManagementPolicy ||= 'OrderedReady';
  spec.updateStrategy ??= {};
  if (!spec.updateStrategy.type) {
    spec.updateStrategy.type = 'RollingUpdate';
    spec.updateStrategy.rollingUpdate ??= {};
  }
  if (spec.updateStrategy.type === 'RollingUpdate' && spec.updateStrategy.rollingUpdate) spec.updateStrategy.rollingUpdate.partition ??= 0;
  spec.persistentVolumeClaimRetentionPolicy ??= {};
  const policy = spec.persistentVolumeClaimRetentionPolicy;
  policy.whenDeleted ||= 'Retain';
  policy.whenScaled ||= 'Retain';
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  spec.template ??= {};
  defaultPodTemplate(spec.template);
  spec.volumeClaimTemplates?.forEach(defaultClaim);
}

/** The claims have the form of whole objects, although they have no life of their own. */
function defaultClaim(claim: PersistentVolumeClaim): void {
  claim.apiVersion = 'v1';
  claim.kind = 'PersistentVolumeClaim';
  claim.status ??= {};
  claim.status.phase ||= 'Pending';
  claim.spec ??= {};
  claim.spec.volumeMode ??= 'Filesystem';
  roundAmounts(claim.spec.resources?.limits);
  roundAmounts(claim.spec.resources?.requests);
}

/** Drops maxUnavailable, whose feature gate (MaxUnavailableStatefulSet) is off by default, unless the object has it already. */
export function dropMaxUnavailable(set: StatefulSet, old: Live<StatefulSet> | undefined): void {
  const update = set.spec?.updateStrategy?.rollingUpdate;
  if (update && old?.spec?.updateStrategy?.rollingUpdate?.maxUnavailable === undefined) delete update.maxUnavailable;
}
