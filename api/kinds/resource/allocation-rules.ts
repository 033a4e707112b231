import { semanticEqual } from '../../../base/equality.ts';
import { checkNodeSelector } from '../../pod/placement/affinity-validation.ts';
import { checkCsiDriverName } from '../../pod/volume/csi-driver-name.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { checkEach as checkItems, duplicate, forbidden, invalid, notSupported, required, tooLong, tooMany } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, pathText, rootPath } from '../../validation/field-path.ts';
import { addFaults, IMMUTABLE } from '../../validation/field-rules.ts';
import { checkRepeats } from '../../validation/list-rules.ts';
import { byteLength, dns1123LabelFaults, dns1123SubdomainFaults, qualifiedNameFaults } from '../../validation/name-rules.ts';
import type {
  AllocatedDeviceStatus,
  AllocationResult,
  DeviceAllocationConfiguration,
  DeviceRequestAllocationResult,
  ResourceClaimConsumerReference,
  ResourceClaimStatus,
} from './allocation.ts';
import type { RequestNames } from './claim-rules.ts';
import {
  checkConfiguration,
  checkDistinct,
  checkEach,
  checkRawObject,
  checkRequestName,
  checkRequestNames,
  checkTolerations,
  MAX_CONFIGURATIONS,
} from './claim-rules.ts';
import { MAX_CLAIM_DEVICES } from './device-claim.ts';

const MAX_CONSUMERS = 256;
const MAX_BINDING_CONDITIONS = 4;
const MAX_STATUS_CONDITIONS = 8;
const MAX_POOL_BYTES = 253;
const MAX_DATA_BYTES = 10 * 1024;
const MAX_INTERFACE_BYTES = 256;
const MAX_HARDWARE_ADDRESS_BYTES = 128;
const MAX_ADDRESSES = 16;
const UID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SOURCES: readonly string[] = ['FromClaim', 'FromClass'];
const STATUS = rootPath('status');

/** Checks the name of a pool: subdomains with slashes between them. */
export function checkPoolName(errors: FieldError[], pool: string, path: FieldPath, field: string): void {
  if (pool === '') {
    errors.push(required(pathText(path, field)));
    return;
  }
  if (byteLength(pool) > MAX_POOL_BYTES) errors.push(tooLong(pathText(path, field), MAX_POOL_BYTES));
  for (const part of pool.split('/')) addFaults(errors, dns1123SubdomainFaults(part), part, path, field);
}

/** Checks the conditions that a device waits for before a pod is bound. */
export function checkBindingConditions(
  errors: FieldError[],
  {
    bindingConditions: conditions = [],
    bindingFailureConditions: failures = [],
  }: Pick<DeviceRequestAllocationResult, 'bindingConditions' | 'bindingFailureConditions'>,
  path: FieldPath,
): void {
  const [at, failureAt] = [childPath(path, 'bindingConditions'), childPath(path, 'bindingFailureConditions')];
  const checkName = (name: string, where: FieldPath) => addFaults(errors, qualifiedNameFaults(name), name, where);
  checkEach(errors, conditions, MAX_BINDING_CONDITIONS, at, checkName);
  checkEach(errors, failures, MAX_BINDING_CONDITIONS, failureAt, checkName);
  checkRepeated(errors, conditions, at);
  const both = new Set(failures.length > 0 ? conditions : []);
  checkRepeated(errors, failures, failureAt);
  checkItems(failures, (name, i) => {
    if (!both.has(name)) return;
    errors.push(invalid(pathText(indexPath(failureAt, i)), name, 'bindingFailureConditions must not overlap with bindingConditions'));
  });
  if (conditions.length === 0 && failures.length > 0) {
    errors.push(invalid(pathText(at), conditions, 'bindingConditions are required to use bindingFailureConditions'));
  }
  if (failures.length === 0 && conditions.length > 0) {
    errors.push(invalid(pathText(failureAt), failures, 'bindingFailureConditions are required to use bindingConditions'));
  }
}

const checkRepeated = (errors: FieldError[], names: readonly string[], path: FieldPath): void =>
  checkRepeats(names, (name, i) => errors.push(duplicate(pathText(indexPath(path, i)), name)));

function checkShareId(errors: FieldError[], shareID: string | undefined, path: FieldPath): void {
  if (shareID === undefined || UID.test(shareID)) return;
  const form = 'uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters';
  errors.push(invalid(pathText(path, 'shareID'), shareID, form));
}

function checkResult(errors: FieldError[], result: DeviceRequestAllocationResult, names: RequestNames, path: FieldPath): void {
  checkRequestName(errors, result.request, names, childPath(path, 'request'));
  checkCsiDriverName(errors, result.driver, path, 'driver');
  checkPoolName(errors, result.pool, path, 'pool');
  addFaults(errors, dns1123LabelFaults(result.device), result.device, path, 'device');
  checkBindingConditions(errors, result, path);
  checkTolerations(errors, result.tolerations, childPath(path, 'tolerations'));
  checkShareId(errors, result.shareID, path);
}

function checkAllocationConfiguration(errors: FieldError[], config: DeviceAllocationConfiguration, names: RequestNames, path: FieldPath): void {
  if (config.source === '') errors.push(required(pathText(path, 'source')));
  else if (!SOURCES.includes(config.source)) errors.push(notSupported(pathText(path, 'source'), config.source, SOURCES));
  checkRequestNames(errors, config.requests, names, path);
  checkConfiguration(errors, config.opaque, path);
}

function checkAllocation(errors: FieldError[], allocation: AllocationResult, names: RequestNames): void {
  const path = childPath(STATUS, 'allocation');
  const devices = childPath(path, 'devices');
  checkEach(errors, allocation.devices?.results, MAX_CLAIM_DEVICES, childPath(devices, 'results'), (result, at) =>
    checkResult(errors, result, names, at),
  );
  checkEach(errors, allocation.devices?.config, 2 * MAX_CONFIGURATIONS, childPath(devices, 'config'), (config, at) =>
    checkAllocationConfiguration(errors, config, names, at),
  );
  if (allocation.nodeSelector) checkNodeSelector(errors, allocation.nodeSelector, childPath(path, 'nodeSelector'));
}

function checkConsumer(errors: FieldError[], consumer: ResourceClaimConsumerReference, path: FieldPath): void {
  for (const field of ['resource', 'name', 'uid'] as const) if (consumer[field] === '') errors.push(required(pathText(path, field)));
}

type DeviceIdentity = Pick<AllocatedDeviceStatus, 'driver' | 'pool' | 'device' | 'shareID'>;
/** Returns the identity of a device, or of a share of one, in a claim. */
export const identityOf = ({ driver, pool, device, shareID }: DeviceIdentity): string =>
  `${driver}/${pool}/${device}${shareID === undefined ? '' : `/${shareID}`}`;

function checkDeviceStatus(errors: FieldError[], device: AllocatedDeviceStatus, allocated: ReadonlySet<string>, path: FieldPath): void {
  checkCsiDriverName(errors, device.driver, path, 'driver');
  checkPoolName(errors, device.pool, path, 'pool');
  addFaults(errors, dns1123LabelFaults(device.device), device.device, path, 'device');
  checkShareId(errors, device.shareID, path);
  if (!allocated.has(identityOf(device))) errors.push(invalid(pathText(path), identityOf(device), 'must be an allocated device in the claim'));
  const conditions = device.conditions?.length ?? 0;
  if (conditions > MAX_STATUS_CONDITIONS) errors.push(tooMany(pathText(path, 'conditions'), conditions, MAX_STATUS_CONDITIONS));
  if (device.data !== undefined) checkRawObject(errors, device.data, MAX_DATA_BYTES, pathText(path, 'data'));
  const network = device.networkData;
  if (!network) return;
  if (byteLength(network.interfaceName ?? '') > MAX_INTERFACE_BYTES) {
    errors.push(tooLong(pathText(path, 'networkData', 'interfaceName'), MAX_INTERFACE_BYTES));
  }
  if (byteLength(network.hardwareAddress ?? '') > MAX_HARDWARE_ADDRESS_BYTES) {
    errors.push(tooLong(pathText(path, 'networkData', 'hardwareAddress'), MAX_HARDWARE_ADDRESS_BYTES));
  }
  if ((network.ips?.length ?? 0) > MAX_ADDRESSES) {
    errors.push(tooMany(pathText(path, 'networkData', 'ips'), network.ips?.length ?? 0, MAX_ADDRESSES));
  } else checkRepeated(errors, network.ips ?? [], childPath(childPath(path, 'networkData'), 'ips'));
}

/** Drops what drivers reported of devices that an update frees, in place: whoever frees them need not know of it. */
export function dropFreedDevices(status: ResourceClaimStatus, old: ResourceClaimStatus | undefined): void {
  if (!status.devices) return;
  const freed = new Set((old?.allocation?.devices?.results ?? []).map(identityOf));
  for (const result of status.allocation?.devices?.results ?? []) freed.delete(identityOf(result));
  const left = status.devices.filter((device) => !freed.has(identityOf(device)));
  status.devices = left.length > 0 ? left : undefined;
}

/** Checks an update of a claim's status. `names` are those of its requests; `deleted` says whether it is terminating. */
export function checkClaimStatus(
  errors: FieldError[],
  status: ResourceClaimStatus,
  old: ResourceClaimStatus,
  names: RequestNames,
  deleted: boolean,
): void {
  const path = childPath(STATUS, 'reservedFor');
  const consumers = status.reservedFor ?? [];
  checkDistinct(
    errors,
    consumers,
    MAX_CONSUMERS,
    path,
    ({ uid }) => uid,
    (consumer, at) => checkConsumer(errors, consumer, at),
  );
  const allocated = new Set((status.allocation?.devices?.results ?? []).map(identityOf));
  checkDistinct(errors, status.devices, Number.POSITIVE_INFINITY, childPath(STATUS, 'devices'), identityOf, (device, at) =>
    checkDeviceStatus(errors, device, allocated, at),
  );
  if (consumers.length > 0 && !status.allocation) {
    errors.push(forbidden(pathText(path), 'may not be specified when `allocated` is not set'));
  } else if (deleted && consumers.some((consumer) => !old.reservedFor?.some((before) => semanticEqual(before, consumer)))) {
    errors.push(forbidden(pathText(path), 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set'));
  }
  if (!status.allocation) return;
  if (!old.allocation) checkAllocation(errors, status.allocation, names);
  else if (!semanticEqual(status.allocation, old.allocation)) errors.push(invalid('status.allocation', status.allocation, IMMUTABLE));
}
