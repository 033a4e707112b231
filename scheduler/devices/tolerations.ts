import type { Device, DeviceTaint } from '../../api/kinds/resource/device.ts';
import type { DeviceToleration } from '../../api/kinds/resource/device-claim.ts';

/** Whether a toleration puts up with a taint, whatever the effect does (k8s.io/dynamic-resource-allocation/resourceclaim, ToleratesTaint). */
export function toleratesTaint({ effect, key, operator, value = '' }: DeviceToleration, taint: DeviceTaint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  return operator === 'Exists' || value === (taint.value ?? '');
}

/** Whether a taint keeps a request off a device. */
export function isKeptOff({ taints = [] }: Device, tolerations: readonly DeviceToleration[]): boolean {
  return taints.some((taint) => {
    const prevents = taint.effect === 'NoSchedule' || taint.effect === 'NoExecute';
    return prevents && !tolerations.some((toleration) => toleratesTaint(toleration, taint));
  });
}
