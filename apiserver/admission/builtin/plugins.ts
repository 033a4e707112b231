import type { Clock } from '../../../base/clock.ts';
import type { AdmissionPlugin } from '../../contract/admission.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import { defaultTolerationSeconds } from './default-tolerations.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { podPriority } from './pod-priority.ts';
import { resourceQuotaAdmission } from './resource-quota.ts';
import { serviceAccountAdmission } from './service-account.ts';
import { taintNodesByCondition } from './taint-nodes.ts';

/** The admission plugins in upstream's order (pkg/kubeapiserver/options/plugins.go): quota last, when all others have agreed. */
export function admissionPlugins(objects: StorageAccess, clock: Clock): readonly AdmissionPlugin[] {
  return [
    namespaceLifecycle(objects),
    limitRanger(objects),
    serviceAccountAdmission(objects, clock),
    taintNodesByCondition,
    podPriority(objects),
    defaultTolerationSeconds,
    resourceQuotaAdmission(objects, clock),
  ];
}
