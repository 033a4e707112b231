import type { Strategy } from '../../../definition/strategy.ts';
import type { Live } from '../../../meta/object.ts';
import { podWarnings } from '../../../pod/template/pod-warnings.ts';
import { decoderOf } from '../../../schema/decode.ts';
import { structuralOf } from '../../../schema/structural.ts';
import { copyAppArmorAnnotations } from './app-armor.ts';
import { defaultPod } from './defaults.ts';
import { mergeMatchLabelKeys } from './label-keys.ts';
import { qosClassOf } from './qos.ts';
import type { Pod } from './schema.ts';
import { PodCondition } from './schema.ts';
import { validatePodStatusUpdate } from './status-validation.ts';
import { validatePodUpdate } from './update-validation.ts';
import { validatePod } from './validation.ts';

/** Makes `podIP` and `podIPs[0]` the same address. If they differ, the older field wins. */
function syncAddresses(pod: Pod): void {
  const { status } = pod;
  if (!status) return;
  if (status.podIP && status.podIPs?.[0]?.ip !== status.podIP) status.podIPs = [{ ip: status.podIP }];
  const first = status.podIPs?.[0]?.ip;
  if (first) status.podIP = first;
}

/** Returns a condition with what is written where a field is absent: null for its times. */
const conditionOf = (condition: PodCondition): PodCondition =>
  // The decoder of a schema makes values of its type.
  decoderOf(structuralOf(PodCondition))(condition, { failed: false, unknown: false }) as PodCondition;

function prepareForCreate(pod: Pod, warnings: string[] = []): void {
  pod.status = { phase: 'Pending', qosClass: qosClassOf(pod.spec) };
  mergeMatchLabelKeys(pod);
  copyAppArmorAnnotations(pod, warnings);
  if (!pod.spec?.schedulingGates?.length) return;
  const message = 'Scheduling is blocked due to non-empty scheduling gates';
  pod.status.conditions = [conditionOf({ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message })];
}

function prepareForStatusUpdate(pod: Pod, old: Live<Pod>): void {
  if (old.spec) pod.spec = old.spec;
  if (pod.metadata) {
    pod.metadata.deletionTimestamp = old.metadata.deletionTimestamp;
    pod.metadata.ownerReferences = old.metadata.ownerReferences;
  }
  pod.status ??= {};
  pod.status.qosClass ||= old.status?.qosClass;
}

export const podStrategy: Strategy<Pod> = {
  generation: 'content',
  metadataChecks: { onUpdate: ['whole', 'change'] },
  default: (pod) => {
    defaultPod(pod);
    syncAddresses(pod);
  },
  prepareForCreate,
  prepareForUpdate: (pod, old) => {
    pod.status = old.status;
  },
  prepareForStatusUpdate,
  validate: validatePod,
  validateUpdate: validatePodUpdate,
  validateStatusUpdate: validatePodStatusUpdate,
  warnings: podWarnings,
  selectableFields: {
    'spec.nodeName': (pod) => pod.spec?.nodeName ?? '',
    'spec.restartPolicy': (pod) => pod.spec?.restartPolicy ?? '',
    'spec.schedulerName': (pod) => pod.spec?.schedulerName ?? '',
    'spec.serviceAccountName': (pod) => pod.spec?.serviceAccountName ?? '',
    'spec.hostNetwork': (pod) => String(pod.spec?.hostNetwork ?? false),
    'status.phase': (pod) => pod.status?.phase ?? '',
    'status.podIP': (pod) => pod.status?.podIP ?? '',
    'status.podIPs': (pod) => (pod.status?.podIPs ?? []).map(({ ip }) => ip).join(','),
    'status.nominatedNodeName': (pod) => pod.status?.nominatedNodeName ?? '',
  },
};
