import type { DeviceTaint } from './device.ts';
import type { DeviceToleration } from './device-claim.ts';

/** Whether a toleration is for a taint. Without a key or an effect it is for all of them; without an operator it compares the value. */
export function toleratesDeviceTaint({ key, effect, operator, value }: DeviceToleration, taint: DeviceTaint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  return operator === 'Exists' || ((!operator || operator === 'Equal') && (value ?? '') === (taint.value ?? ''));
}
