import type { CapacityRequestPolicy, CapacityRequestPolicyRange, Device, DeviceCapacity } from '../../api/kinds/resource/device.ts';
import { quantityText } from '../../api/schema/quantity.ts';
import { entriesOf } from '../../base/json.ts';
import type { Amounts } from './amounts.ts';
import { nanosOf } from './amounts.ts';

type Quantities = Readonly<Record<string, string>>;

const NANO = 1_000_000_000n;
const NOTHING: Amounts = new Map();

/** Rounds an amount up to a whole one. */
const whole = (nanos: bigint): bigint => (nanos > 0n ? (nanos + NANO - 1n) / NANO : nanos / NANO);

/**
 * Whether a device has the capacity that a request asks for, beside what others take (upstream's CmpRequestOverCapacity). A request for a
 * capacity that the device does not know is not met.
 */
export function hasCapacityFor(
  requests: Quantities | undefined,
  { capacity = {} }: Device,
  taken: Amounts = NOTHING,
  taking: Amounts = NOTHING,
): boolean {
  for (const name in requests) if (!Object.hasOwn(capacity, name)) return false;
  for (const [name, own] of entriesOf(capacity)) {
    const amount = nanosOf(amountFor(requestedOf(requests, name), own));
    if (own.requestPolicy && violates(amount, own.requestPolicy)) return false;
    if (amount + (taken.get(name) ?? 0n) + (taking.get(name) ?? 0n) > nanosOf(own.value)) return false;
  }
  return true;
}

/** Returns the capacity that a request takes of a device which may be allocated several times. */
export function consumedCapacity(requests: Quantities | undefined, { capacity = {} }: Device): Record<string, string> {
  return Object.fromEntries(Array.from(entriesOf(capacity), ([name, own]) => [name, amountFor(requestedOf(requests, name), own)]));
}

const requestedOf = (requests: Quantities | undefined, name: string): string | undefined =>
  requests && Object.hasOwn(requests, name) ? requests[name] : undefined;

/** Rounds a request up to an amount that the policy knows. Without a request it is the default, or all there is. */
function amountFor(requested: string | undefined, { value, requestPolicy: policy }: DeviceCapacity): string {
  if (requested === undefined) return policy?.default ?? value;
  if (policy?.validRange) return roundedInto(requested, policy.validRange);
  return policy?.validValues?.find((valid) => nanosOf(requested) <= nanosOf(valid)) ?? requested;
}

function roundedInto(requested: string, { min, step }: CapacityRequestPolicyRange): string {
  if (nanosOf(requested) < nanosOf(min)) return min;
  const width = step === undefined ? 0n : whole(nanosOf(step));
  if (width <= 0n) return requested;
  const from = whole(nanosOf(min));
  const steps = (whole(nanosOf(requested)) - from + width - 1n) / width;
  return quantityText({ nanos: (from + steps * width) * NANO, format: 'BinarySI' });
}

function violates(amount: bigint, { default: standard, validRange, validValues = [] }: CapacityRequestPolicy): boolean {
  if (standard !== undefined && amount === nanosOf(standard)) return false;
  if (validRange) {
    const { min, max, step } = validRange;
    if (max !== undefined && amount > nanosOf(max)) return true;
    const width = step === undefined ? 0n : whole(nanosOf(step));
    return width > 0n && (whole(amount) - whole(nanosOf(min))) % width !== 0n;
  }
  return validValues.length > 0 && !validValues.some((valid) => nanosOf(valid) === amount);
}
