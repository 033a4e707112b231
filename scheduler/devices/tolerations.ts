import type { Device } from '../../api/kinds/resource/device.ts';
import type { DeviceToleration } from '../../api/kinds/resource/device-claim.ts';
import { toleratesDeviceTaint } from '../../api/kinds/resource/device-toleration.ts';

/** Whether a taint keeps a request off a device. */
export function isKeptOff({ taints = [] }: Device, tolerations: readonly DeviceToleration[]): boolean {
  return taints.some((taint) => {
    const prevents = taint.effect === 'NoSchedule' || taint.effect === 'NoExecute';
    return prevents && !tolerations.some((toleration) => toleratesDeviceTaint(toleration, taint));
  });
}
