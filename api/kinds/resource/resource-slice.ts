import { timeText } from '../../../base/clock.ts';
import { entriesOf } from '../../../base/json.ts';
import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import type { Live } from '../../meta/object.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { checkNodeSelector } from '../../pod/placement/affinity-validation.ts';
import { checkCsiDriverName } from '../../pod/volume/csi-driver-name.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { ref, topLevel } from '../../schema/fields.ts';
import { childPath, pathText, rootPath } from '../../validation/field-path.ts';
import { addFaults, checkImmutable } from '../../validation/field-rules.ts';
import { dns1123LabelFaults, subdomainName } from '../../validation/name-rules.ts';
import { checkPoolName } from './allocation-rules.ts';
import { checkDistinct } from './claim-rules.ts';
import type { Device, DeviceAttribute } from './device.ts';
import { ResourceSliceSpec } from './device.ts';
import { checkCounters, checkDevice } from './device-rules.ts';
import { dropGatedFields } from './gated-fields.ts';

export const ResourceSlice = topLevel('ResourceSlice', 'Some of the devices that a driver offers.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(ResourceSliceSpec, 'The devices.').tag(2),
});
export type ResourceSlice = Infer<typeof ResourceSlice>;

const SPEC = rootPath('spec');
const MAX_DEVICES = 128;
/** Devices with taints, shared counters or lists cost more to allocate. */
const MAX_ADVANCED_DEVICES = 64;
const MAX_COUNTER_SETS = 8;
const ONE_OF = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';

function checkPool(errors: FieldError[], { name, generation, resourceSliceCount }: ResourceSliceSpec['pool']): void {
  checkPoolName(errors, name, childPath(SPEC, 'pool'), 'name');
  if (resourceSliceCount <= 0) errors.push(invalid('spec.pool.resourceSliceCount', resourceSliceCount, 'must be greater than zero'));
  if (generation < 0) errors.push(invalid('spec.pool.generation', generation, 'must be greater than or equal to zero'));
}

/** Checks that one field says who can use the devices. */
function checkNodes(errors: FieldError[], spec: ResourceSliceSpec): void {
  const fields: string[] = [];
  if (spec.nodeName === '') errors.push(invalid('spec.nodeName', '', 'must be either unset or set to a non-empty string'));
  else if (spec.nodeName !== undefined) {
    fields.push('`nodeName`');
    addFaults(errors, subdomainName(spec.nodeName, false), spec.nodeName, SPEC, 'nodeName');
  }
  if (spec.nodeSelector) {
    fields.push('`nodeSelector`');
    checkNodeSelector(errors, spec.nodeSelector, childPath(SPEC, 'nodeSelector'));
    const terms = spec.nodeSelector.nodeSelectorTerms ?? [];
    if (terms.length !== 1) errors.push(invalid('spec.nodeSelector.nodeSelectorTerms', terms, 'must have exactly one node selector term'));
  }
  for (const field of ['allNodes', 'perDeviceNodeSelection'] as const) {
    if (spec[field] === false) errors.push(invalid(`spec.${field}`, false, 'must be either unset or set to true'));
    else if (spec[field]) fields.push(`\`${field}\``);
  }
  if (fields.length === 0) errors.push(required('spec', ONE_OF));
  else if (fields.length > 1) errors.push(invalid('spec', `{${fields.join(', ')}}`, `${ONE_OF}, but multiple fields are set`));
}

function hasLists(attributes: Readonly<Record<string, DeviceAttribute>>): boolean {
  for (const [, { bools, ints, strings, versions }] of entriesOf(attributes)) if (bools ?? ints ?? strings ?? versions) return true;
  return false;
}

/** Whether a slice of more than MAX_ADVANCED_DEVICES devices has one that makes them too many. */
const isAdvanced = (devices: readonly Device[]): boolean =>
  devices.some(({ taints = [], consumesCounters = [], attributes = {} }) => taints.length > 0 || consumesCounters.length > 0 || hasLists(attributes));

function validate({ spec }: ResourceSlice, old?: Live<ResourceSlice>): FieldError[] {
  const errors: FieldError[] = [];
  checkCsiDriverName(errors, spec.driver, SPEC, 'driver');
  checkPool(errors, spec.pool);
  if (old) {
    checkImmutable(errors, spec.pool.name, old.spec.pool.name, 'spec.pool.name');
    checkImmutable(errors, spec.driver, old.spec.driver, 'spec.driver');
    checkImmutable(errors, spec.nodeName ?? null, old.spec.nodeName ?? null, 'spec.nodeName');
  }
  checkNodes(errors, spec);
  if (spec.sharedCounters && spec.devices) errors.push(invalid('spec', '', 'only one of `sharedCounters` or `devices` is allowed'));
  const before = new Map(old?.spec.devices?.map((device) => [device.name, device]));
  const { devices = [] } = spec;
  const max = devices.length <= MAX_ADVANCED_DEVICES || isAdvanced(devices) ? MAX_ADVANCED_DEVICES : MAX_DEVICES;
  checkDistinct(
    errors,
    spec.devices,
    max,
    childPath(SPEC, 'devices'),
    (device) => device.name,
    (device, at) => checkDevice(errors, device, before.get(device.name), spec.perDeviceNodeSelection === true, at),
  );
  checkDistinct(
    errors,
    spec.sharedCounters,
    MAX_COUNTER_SETS,
    childPath(SPEC, 'sharedCounters'),
    (set) => set.name,
    (set, at) => {
      if (set.name === '') errors.push(required(pathText(at, 'name')));
      else addFaults(errors, dns1123LabelFaults(set.name), set.name, at, 'name');
      checkCounters(errors, set.counters, childPath(at, 'counters'));
    },
  );
  return errors;
}

/** The rules of upstream's pkg/apis/resource/validation. */
const resourceSliceStrategy: Strategy<ResourceSlice> = {
  generation: 'content',
  prepareForCreate: ({ spec }) => dropGatedFields(spec, undefined),
  prepareForUpdate: ({ spec }, old) => dropGatedFields(spec, old.spec),
  stamp({ spec }, _old, { now }) {
    for (const { taints } of spec.devices ?? []) for (const taint of taints ?? []) taint.timeAdded ??= timeText(now);
  },
  validate: (slice) => validate(slice),
  validateUpdate: validate,
  warnings: ({ spec: { driver } }) =>
    driver === driver.toLowerCase() ? [] : [`spec.driver: driver names should be lowercase; ${JSON.stringify(driver)} contains uppercase characters`],
  selectableFields: {
    'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
    'spec.driver': ({ spec }) => spec.driver,
  },
  unselectable: (field) => `field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: ${field}`,
};

const resourceSliceColumns: readonly Column<ResourceSlice>[] = [
  nameColumn,
  shown('Node', 'The node that can use the devices.', ({ spec }) => spec.nodeName ?? '<unset>'),
  shown('Driver', 'The driver.', ({ spec }) => spec.driver),
  shown('Pool', 'The pool.', ({ spec }) => spec.pool.name),
  ageColumn,
];

export const resourceSlices = defineKind<ResourceSlice>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceSlice',
  plural: 'resourceslices',
  namespaced: false,
  schema: ResourceSlice,
  columns: resourceSliceColumns,
  strategy: resourceSliceStrategy,
  indexedFields: ['spec.nodeName'],
  deletion: { returnsObject: true },
});
