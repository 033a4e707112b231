import { semanticEqual } from '../../../../base/equality.ts';
import type { Live } from '../../../meta/object.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, notSupported, required, searchLater } from '../../../schema/field-error.ts';
import { checkImmutable } from '../../../validation/field-rules.ts';
import { dns1035LabelFaults, dns1123SubdomainFaults } from '../../../validation/name-rules.ts';
import { APPROVAL_ANNOTATION, approvalOf, isProtectedGroup } from './approval.ts';
import { checkConversion } from './conversion-validation.ts';
import { internalVersion } from './internal-form.ts';
import { checkNames, checkRequiredNames } from './names-validation.ts';
import type { CustomResourceDefinition, CustomResourceDefinitionSpec, CustomResourceDefinitionVersion } from './schema.ts';
import { checkSchema } from './schema-validation.ts';
import { schemaHas } from './schema-walk.ts';
import { checkSelectableFields } from './selectable-field-validation.ts';
import type { ValidationOptions } from './validation-options.ts';
import { NEW_DEFINITION, optionsForUpdate } from './validation-options.ts';
import { checkColumn, checkDeprecation, checkSubresources } from './version-parts-validation.ts';

export function validateCustomResourceDefinition(crd: CustomResourceDefinition): FieldError[] {
  const errors: FieldError[] = [];
  const name = crd.metadata?.name ?? '';
  if (name !== '' && name !== `${crd.spec.names?.plural ?? ''}.${crd.spec.group ?? ''}`) {
    errors.push(invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
  }
  checkSpec(crd.spec, NEW_DEFINITION, errors);
  checkStatus(crd, undefined, errors);
  return errors;
}

/** Scope and kind are immutable once the resource is served, since it may have objects. */
export function validateCustomResourceDefinitionUpdate(crd: CustomResourceDefinition, old: Live<CustomResourceDefinition>): FieldError[] {
  const errors: FieldError[] = [];
  const options = optionsForUpdate(crd, old);
  checkSpec(crd.spec, options, errors);
  if (options.requireImmutableNames) {
    checkImmutable(errors, crd.spec.scope ?? '', old.spec.scope, 'spec.scope');
    checkImmutable(errors, crd.spec.names?.kind ?? '', old.spec.names?.kind, 'spec.names.kind');
  }
  checkImmutable(errors, crd.spec.group ?? '', old.spec.group, 'spec.group');
  checkImmutable(errors, crd.spec.names?.plural ?? '', old.spec.names?.plural, 'spec.names.plural');
  checkStatus(crd, old, errors);
  return errors;
}

/** Validates the status subresource. */
export function validateCustomResourceDefinitionStatus(crd: CustomResourceDefinition): FieldError[] {
  const errors: FieldError[] = [];
  checkNames(crd.status?.acceptedNames, 'status.acceptedNames', errors);
  return errors;
}

function checkStatus(crd: CustomResourceDefinition, old: CustomResourceDefinition | undefined, errors: FieldError[]): void {
  checkNames(crd.status?.acceptedNames, 'status.acceptedNames', errors);
  checkStoredVersions(crd, errors);
  checkApproval(crd, old, errors);
  if (crd.spec.preserveUnknownFields && !old?.spec.preserveUnknownFields) {
    const why = 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    errors.push(invalid('spec.preserveUnknownFields', true, why));
  }
}

function checkSpec(spec: CustomResourceDefinitionSpec, options: ValidationOptions, errors: FieldError[]): void {
  const group = spec.group ?? '';
  if (group === '') errors.push(required('spec.group'));
  else {
    const faults = dns1123SubdomainFaults(group);
    if (faults.length > 0) errors.push(invalid('spec.group', group, faults.join(',')));
    else if (!group.includes('.')) errors.push(invalid('spec.group', group, 'should be a domain with at least one dot'));
  }
  if (!spec.scope) errors.push(required('spec.scope'));
  else if (spec.scope !== 'Cluster' && spec.scope !== 'Namespaced') errors.push(notSupported('spec.scope', spec.scope, ['Cluster', 'Namespaced']));
  checkSchemasGiven(spec, options, errors);
  const shared = sharedParts(spec);
  const schemaOptions = options.requireStructural || !spec.preserveUnknownFields ? { ...options, requireStructural: true } : options;
  (spec.versions ?? []).forEach((version, i) => {
    checkVersion(spec, withoutShared(version, shared), `spec.versions[${i}]`, schemaOptions, errors);
  });
  checkVersionList(spec, shared, errors);
  checkRequiredNames(spec.names, errors);
  checkNames(spec.names, 'spec.names', errors);
  checkSharedParts(spec, shared, schemaOptions, errors);
  checkConversion(errors, spec.conversion, options);
}

/** Every version has a schema, unless the old definition could do without. */
function checkSchemasGiven(spec: CustomResourceDefinitionSpec, { requireSchema }: ValidationOptions, errors: FieldError[]): void {
  (spec.versions ?? []).forEach(({ schema, served }, i) => {
    const field = `spec.versions[${i}].schema.openAPIV3Schema`;
    if (schema?.openAPIV3Schema) return;
    if (requireSchema) errors.push(required(field));
    else if (!spec.preserveUnknownFields && served) errors.push(required(field, 'because otherwise all fields are pruned'));
  });
  const hasDefaults = () =>
    spec.versions?.some(({ schema }) => schema?.openAPIV3Schema && schemaHas(schema.openAPIV3Schema, (part) => part.default !== undefined));
  if (spec.preserveUnknownFields && hasDefaults()) {
    errors.push(invalid('spec.preserveUnknownFields', true, 'must be false in order to use defaults in the schema'));
  }
}

const VERSIONED = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const;
type Versioned = (typeof VERSIONED)[number];

/** Upstream keeps, and reports, the parts that all versions share at the top of the spec, under their names in v1beta1. */
function sharedParts({ versions = [] }: CustomResourceDefinitionSpec): ReadonlySet<Versioned> {
  const [first] = versions;
  if (!first) return new Set();
  return new Set(VERSIONED.filter((part) => versions.every((version) => semanticEqual(version[part], first[part]))));
}

function withoutShared(version: CustomResourceDefinitionVersion, shared: ReadonlySet<Versioned>): CustomResourceDefinitionVersion {
  const rest = { ...version };
  for (const part of shared) delete rest[part];
  return rest;
}

function checkVersion(
  spec: CustomResourceDefinitionSpec,
  version: CustomResourceDefinitionVersion,
  path: string,
  options: ValidationOptions,
  errors: FieldError[],
): void {
  const name = version.name ?? '';
  const faults = dns1035LabelFaults(name);
  if (faults.length > 0) errors.push(invalid(`${path}.name`, name, faults.join(',')));
  checkDeprecation(version.deprecated === true, version.deprecationWarning, path, errors);
  const schema = version.schema?.openAPIV3Schema;
  if (schema) {
    // Of versions with one name, the first counts.
    const hasStatus = spec.versions?.find((other) => other.name === version.name)?.subresources?.status !== undefined;
    searchLater(function* () {
      for (const error of yield* checkSchema(schema, `${path}.schema.openAPIV3Schema`, hasStatus, options)) errors.push(error);
    });
  }
  checkSubresources(version.subresources, `${path}.subresources`, errors);
  version.additionalPrinterColumns?.forEach((column, i) => {
    checkColumn(column, `${path}.additionalPrinterColumns[${i}]`, errors);
  });
  const fields = version.selectableFields ?? [];
  const at = `${path}.selectableFields`;
  if (fields.length === 0) return;
  if (schema) checkSelectableFields(errors, fields, schema, at, options.tooManySelectable.has(name));
  else errors.push(invalid(at, '', 'may only be set when `version.schema.openAPIV3Schema` is not included'));
}

function checkVersionList({ versions: given }: CustomResourceDefinitionSpec, shared: ReadonlySet<Versioned>, errors: FieldError[]): void {
  const versions = given ?? [];
  const names = versions.map(({ name }) => name);
  const shown = () => given?.map((version) => internalVersion(withoutShared(version, shared))) ?? null;
  const refuse = (why: string) => void errors.push(invalid('spec.versions', shown(), why));
  if (new Set(names).size < names.length) refuse('must contain unique version names');
  if (versions.filter(({ storage }) => storage).length !== 1) refuse('must have exactly one version marked as storage version');
  const [first] = names;
  const faults = first ? dns1035LabelFaults(first) : [];
  if (faults.length > 0) errors.push(invalid('spec.version', first, faults.join(',')));
}

function checkSharedParts(
  spec: CustomResourceDefinitionSpec,
  shared: ReadonlySet<Versioned>,
  options: ValidationOptions,
  errors: FieldError[],
): void {
  const [first] = spec.versions ?? [];
  if (!first) return;
  const schema = shared.has('schema') ? first.schema?.openAPIV3Schema : undefined;
  if (schema) {
    const hasStatus = spec.versions?.some(({ subresources }) => subresources?.status !== undefined) === true;
    searchLater(function* () {
      for (const error of yield* checkSchema(schema, 'spec.validation.openAPIV3Schema', hasStatus, options)) errors.push(error);
    });
  }
  if (shared.has('subresources')) checkSubresources(first.subresources, 'spec.subresources', errors);
  if (shared.has('additionalPrinterColumns')) {
    first.additionalPrinterColumns?.forEach((column, i) => {
      checkColumn(column, `spec.additionalPrinterColumns[${i}]`, errors);
    });
  }
  const fields = (shared.has('selectableFields') && first.selectableFields) || [];
  if (fields.length === 0) return;
  if (!shared.has('schema') || !first.schema)
    errors.push(invalid('spec.selectableFields', '', 'may only be set when validations.schema is included'));
  else if (schema) checkSelectableFields(errors, fields, schema, 'spec.selectableFields', options.tooManySelectable.has(first.name));
}

/** Objects may still be stored in any version that was ever the stored one: none may be removed before they are migrated. */
function checkStoredVersions({ spec, status }: CustomResourceDefinition, errors: FieldError[]): void {
  const stored = status?.storedVersions ?? [];
  const field = 'status.storedVersions';
  if (stored.length === 0) {
    errors.push(invalid(field, null, 'must have at least one stored version'));
    return;
  }
  const versions = spec.versions ?? [];
  // As upstream: of versions with one name, only the first is found.
  const missing = new Set(stored);
  for (const { name, storage } of versions) {
    if (!missing.delete(name) && storage) errors.push(invalid(field, stored, `must have the storage version ${name}`));
  }
  stored.forEach((name, i) => {
    if (!missing.has(name)) return;
    const why = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    errors.push(invalid(`${field}[${i}]`, name, why));
  });
}

/** Kubernetes' own groups may be extended only with an approval; one that is missing already may go on missing. */
function checkApproval(crd: CustomResourceDefinition, old: CustomResourceDefinition | undefined, errors: FieldError[]): void {
  if (!isProtectedGroup(crd.spec.group ?? '')) return;
  const { state, reason } = approvalOf(crd);
  if (old && approvalOf(old).state === state) return;
  const field = `metadata.annotations[${APPROVAL_ANNOTATION}]`;
  if (state === 'missing') errors.push(required(field, reason));
  else if (state === 'invalid') errors.push(invalid(field, crd.metadata?.annotations?.[APPROVAL_ANNOTATION] ?? '', reason));
}
