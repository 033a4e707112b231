import type { Device, DeviceAttribute } from '../../api/kinds/resource/device.ts';
import type { DeviceConstraint } from '../../api/kinds/resource/device-claim.ts';
import { isForRequest } from '../../api/kinds/resource/pod-claims.ts';
import type { PoolDevice } from './pool.ts';

/**
 * A constraint between the devices of a claim, with the devices that have been chosen so far. It is monotonic: what it refuses, it also
 * refuses with more devices.
 */
export interface ChosenUnder {
  /** Takes a device in for a request (`request` or `request/alternative`). Returns false, and changes nothing, if the device breaks the constraint. */
  add(reference: string, device: PoolDevice): boolean;
  /** Takes the last device back that was added for the request. */
  remove(reference: string): void;
}

/** The value of an attribute, with its type. Lists are not compared. */
function comparedValue({ string, int, bool, version }: DeviceAttribute): string | undefined {
  if (string !== undefined) return `s${string}`;
  if (int !== undefined) return `i${int}`;
  if (bool !== undefined) return `b${bool}`;
  return version === undefined ? undefined : `v${version}`;
}

const attributeOf = ({ attributes }: Device, name: string): DeviceAttribute | undefined =>
  attributes && Object.hasOwn(attributes, name) ? attributes[name] : undefined;

/** Finds an attribute by its full name. The device may name it without a domain that is its driver. */
function lookUp({ device, slice }: PoolDevice, name: string): DeviceAttribute | undefined {
  const found = attributeOf(device, name);
  const slash = name.indexOf('/');
  if (found || slash < 0 || name.slice(0, slash) !== slice.spec.driver) return found;
  return attributeOf(device, name.slice(slash + 1));
}

/** Starts a constraint without devices. Returns undefined if it is of an unknown type. */
export function startConstraint({ requests, matchAttribute, distinctAttribute }: DeviceConstraint): ChosenUnder | undefined {
  const name = matchAttribute ?? distinctAttribute;
  if (name === undefined) return undefined;
  const accepts = matchAttribute === undefined ? distinct : match;
  const values: (string | undefined)[] = [];
  return {
    add(reference, device) {
      if (!isForRequest(requests, reference)) return true;
      const attribute = lookUp(device, name);
      if (!attribute) return false;
      const value = comparedValue(attribute);
      if (values.length > 0 && !accepts(value, values)) return false;
      values.push(value);
      return true;
    },
    remove(reference) {
      if (isForRequest(requests, reference)) values.pop();
    },
  };
}

const match = (value: string | undefined, [first]: readonly (string | undefined)[]): boolean => value !== undefined && value === first;
const distinct = (value: string | undefined, values: readonly (string | undefined)[]): boolean => value !== undefined && !values.includes(value);
