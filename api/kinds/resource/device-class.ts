import { semanticEqual } from '../../../base/equality.ts';
import { ageColumn, nameColumn } from '../../columns/cells.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import type { Live } from '../../meta/object.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { isExtendedResource } from '../../pod/resources/resource-names.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, ref, string, struct, topLevel } from '../../schema/fields.ts';
import { childPath, rootPath } from '../../validation/field-path.ts';
import { qualifiedNameFaults } from '../../validation/name-rules.ts';
import { checkConfiguration, checkEach, checkSelectors, MAX_CONFIGURATIONS } from './claim-rules.ts';
import { DeviceSelector, OpaqueDeviceConfiguration } from './device-claim.ts';
import { selectorLoading } from './selector-loading.ts';

export const DeviceClassConfiguration = struct('DeviceClassConfiguration', 'Configuration of devices in a class.', {
  opaque: ref(OpaqueDeviceConfiguration, 'Configuration for one driver.', { embedded: 'DeviceConfiguration' }).tag(1, 1).optional(),
});
export type DeviceClassConfiguration = Infer<typeof DeviceClassConfiguration>;

export const DeviceClassSpec = struct('DeviceClassSpec', 'The devices of a class, and their configuration.', {
  config: atomicList(DeviceClassConfiguration, 'Configuration of every device of the class.').tag(2).optional(),
  extendedResourceName: string('Extended resource that pods may ask for in the place of a claim.', { presence: 'pointer' }).tag(4).optional(),
  selectors: atomicList(DeviceSelector, 'Selectors that a device must all meet.').tag(1).optional(),
});
export type DeviceClassSpec = Infer<typeof DeviceClassSpec>;

export const DeviceClass = topLevel('DeviceClass', 'A class of devices, which claims name.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(DeviceClassSpec, 'The devices of the class.').tag(2),
});
export type DeviceClass = Infer<typeof DeviceClass>;

const SPEC = rootPath('spec');

/** Checks a class. Selectors that are stored were valid once, and are not checked again. */
function validate({ spec }: DeviceClass, old?: Live<DeviceClass>): FieldError[] {
  const errors: FieldError[] = [];
  if (!old || !semanticEqual(spec.selectors, old.spec.selectors)) checkSelectors(errors, spec.selectors, childPath(SPEC, 'selectors'));
  checkEach(errors, spec.config, MAX_CONFIGURATIONS, childPath(SPEC, 'config'), ({ opaque }, at) => checkConfiguration(errors, opaque, at));
  const name = spec.extendedResourceName;
  if (name !== undefined && (!isExtendedResource(name) || qualifiedNameFaults(name).length > 0)) {
    errors.push(invalid('spec.extendedResourceName', name, 'must be a valid extended resource name'));
  }
  return errors;
}

/** The rules of upstream's pkg/apis/resource/validation. */
const deviceClassStrategy: Strategy<DeviceClass> = {
  generation: 'content',
  metadataChecks: { onUpdate: ['whole', 'change'] },
  validate: (deviceClass) => validate(deviceClass),
  validateUpdate: validate,
};

export const deviceClasses = defineKind<DeviceClass>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'DeviceClass',
  plural: 'deviceclasses',
  namespaced: false,
  schema: DeviceClass,
  columns: [nameColumn, ageColumn],
  strategy: deviceClassStrategy,
  deletion: { returnsObject: true },
  admission: [selectorLoading('deviceclasses')],
});
