import { semanticEqual } from '../../../../base/equality.ts';
import { rules } from '../../../cel/rules/loader.ts';
import { hasRules } from '../../../cel/schema.ts';
import type { Live } from '../../../meta/object.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, notSupported, required, tooLong } from '../../../schema/field-error.ts';
import { checkImmutable } from '../../../validation/field-rules.ts';
import { byteLength, dns1035LabelFaults, dns1123SubdomainFaults } from '../../../validation/name-rules.ts';
import { checkConversion } from './conversion-validation.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
  CustomResourceSubresources,
} from './schema.ts';
import { checkSelectableFields } from './selectable-field-validation.ts';
import { checkStructuralSchema } from './structural-check.ts';

const COLUMN_TYPES: readonly string[] = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS: readonly string[] = ['int32', 'int64', 'float', 'double', 'byte', 'date', 'date-time', 'password'];
const APPROVAL = 'api-approved.kubernetes.io';
const MAX_DEPRECATION_WARNING = 256;

export function validateCustomResourceDefinition(crd: CustomResourceDefinition, old?: CustomResourceDefinition): FieldError[] {
  const errors: FieldError[] = [];
  const { spec } = crd;
  const name = crd.metadata?.name ?? '';
  const wanted = `${spec.names?.plural ?? ''}.${spec.group ?? ''}`;
  if (name !== '' && name !== wanted) errors.push(invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
  checkSpec(errors, spec, old?.spec);
  checkStoredVersions(errors, crd);
  checkApproval(errors, crd);
  return errors;
}

/** Scope and kind are immutable once the resource is served, since it may have objects. */
export function validateCustomResourceDefinitionUpdate(crd: CustomResourceDefinition, old: Live<CustomResourceDefinition>): FieldError[] {
  const errors: FieldError[] = [];
  if (old.status?.conditions?.some((condition) => condition.type === 'Established' && condition.status === 'True')) {
    checkImmutable(errors, crd.spec.scope, old.spec.scope, 'spec.scope');
    checkImmutable(errors, crd.spec.names?.kind, old.spec.names?.kind, 'spec.names.kind');
  }
  checkImmutable(errors, crd.spec.group, old.spec.group, 'spec.group');
  checkImmutable(errors, crd.spec.names?.plural, old.spec.names?.plural, 'spec.names.plural');
  return [...errors, ...validateCustomResourceDefinition(crd, old)];
}

function checkSpec(errors: FieldError[], spec: CustomResourceDefinitionSpec, old: CustomResourceDefinitionSpec | undefined): void {
  const group = spec.group ?? '';
  if (group === '') errors.push(required('spec.group'));
  else {
    const faults = dns1123SubdomainFaults(group);
    if (faults.length > 0) errors.push(invalid('spec.group', group, faults.join(',')));
    else if (!group.includes('.')) errors.push(invalid('spec.group', group, 'should be a domain with at least one dot'));
  }
  if (!spec.scope) errors.push(required('spec.scope'));
  else if (spec.scope !== 'Cluster' && spec.scope !== 'Namespaced') errors.push(notSupported('spec.scope', spec.scope, ['Cluster', 'Namespaced']));
  if (spec.preserveUnknownFields) {
    const why = 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    errors.push(invalid('spec.preserveUnknownFields', true, why));
  }
  checkVersions(errors, spec, old);
  checkRequiredNames(errors, spec.names);
  checkNames(errors, spec.names, 'spec.names');
  checkConversion(errors, spec.conversion);
}

type Versioned = 'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields';

/**
 * Upstream keeps and reports the parts that all versions share at the top of the spec, under their names in v1beta1.
 * Only parts that differ are reported by version.
 */
function placesOf(spec: CustomResourceDefinitionSpec, field: Versioned, shared: string): readonly [CustomResourceDefinitionVersion, string][] {
  const versions = spec.versions ?? [];
  const first = versions[0];
  if (!first) return [];
  if (versions.every((version) => semanticEqual(version[field], first[field]))) return [[first, `spec.${shared}`]];
  return versions.map((version, i) => [version, `spec.versions[${i}].${field}`]);
}

function checkVersions(errors: FieldError[], spec: CustomResourceDefinitionSpec, old: CustomResourceDefinitionSpec | undefined): void {
  const versions = spec.versions ?? [];
  versions.forEach((version, i) => {
    if (!version.schema?.openAPIV3Schema) errors.push(required(`spec.versions[${i}].schema.openAPIV3Schema`, 'schemas are required'));
  });
  versions.forEach((version, i) => {
    const at = `spec.versions[${i}]`;
    const faults = dns1035LabelFaults(version.name ?? '');
    if (faults.length > 0) errors.push(invalid(`${at}.name`, version.name ?? '', faults.join(',')));
    checkDeprecation(errors, version, at);
  });
  const names = versions.map((version) => version.name);
  if (new Set(names).size < names.length) errors.push(invalid('spec.versions', versions, 'must contain unique version names'));
  if (versions.filter((version) => version.storage).length !== 1) {
    errors.push(invalid('spec.versions', versions, 'must have exactly one version marked as storage version'));
  }
  const first = names[0];
  const faults = first ? dns1035LabelFaults(first) : [];
  if (faults.length > 0) errors.push(invalid('spec.version', first, faults.join(',')));
  for (const [version, path] of placesOf(spec, 'schema', 'validation')) {
    const schema: JSONSchemaProps | undefined = version.schema?.openAPIV3Schema;
    if (schema) {
      const options = { status: version.subresources?.status !== undefined };
      const faults = checkStructuralSchema(schema, `${path}.openAPIV3Schema`, options);
      for (const error of faults) errors.push(error);
      if (faults.length > 0 || !hasRules(schema)) continue;
      const allowExpensiveRules = old?.versions?.some(({ name, schema: before }) => name === version.name && semanticEqual(before, version.schema));
      for (const error of rules().checkRules(schema, `${path}.openAPIV3Schema`, { allowExpensiveRules })) errors.push(error);
    }
  }
  for (const [version, path] of placesOf(spec, 'subresources', 'subresources')) checkSubresources(errors, version.subresources, path);
  for (const [version, path] of placesOf(spec, 'additionalPrinterColumns', 'additionalPrinterColumns')) {
    version.additionalPrinterColumns?.forEach((column, i) => {
      checkColumn(errors, column, `${path}[${i}]`);
    });
  }
  for (const [version, path] of placesOf(spec, 'selectableFields', 'selectableFields')) {
    const schema: JSONSchemaProps | undefined = version.schema?.openAPIV3Schema;
    checkSelectableFields(errors, version.selectableFields ?? [], schema, path);
  }
}

function checkDeprecation(errors: FieldError[], version: CustomResourceDefinitionVersion, path: string): void {
  const warning = version.deprecationWarning;
  if (warning === undefined) return;
  const field = `${path}.deprecationWarning`;
  if (!version.deprecated) errors.push(invalid(field, warning, 'can only be set for deprecated versions'));
  if (byteLength(warning) > MAX_DEPRECATION_WARNING) errors.push(tooLong(field, MAX_DEPRECATION_WARNING));
  if (warning === '') errors.push(invalid(field, warning, 'must not be an empty string'));
  if (/\p{Cc}/u.test(warning)) errors.push(invalid(field, warning, 'must only contain printable characters'));
}

function checkRequiredNames(errors: FieldError[], names: CustomResourceDefinitionNames | undefined): void {
  for (const field of ['plural', 'singular', 'kind', 'listKind'] as const) if (!names?.[field]) errors.push(required(`spec.names.${field}`));
}

function checkNames(errors: FieldError[], names: CustomResourceDefinitionNames | undefined, path: string): void {
  const check = (value: string | undefined, field: string) => {
    const faults = value ? dns1035LabelFaults(value) : [];
    if (faults.length > 0) errors.push(invalid(`${path}.${field}`, value, faults.join(',')));
  };
  check(names?.plural, 'plural');
  check(names?.singular, 'singular');
  for (const field of ['kind', 'listKind'] as const) {
    const value = names?.[field] ?? '';
    const faults = value === '' ? [] : dns1035LabelFaults(value.toLowerCase());
    if (faults.length > 0) errors.push(invalid(`${path}.${field}`, value, `may have mixed case, but should otherwise match: ${faults.join(',')}`));
  }
  for (const list of ['shortNames', 'categories'] as const) {
    names?.[list]?.forEach((name, i) => {
      const faults = dns1035LabelFaults(name);
      if (faults.length > 0) errors.push(invalid(`${path}.${list}[${i}]`, name, faults.join(',')));
    });
  }
  if (names?.kind && names.kind === names.listKind) errors.push(invalid(`${path}.listKind`, names.listKind, 'kind and listKind may not be the same'));
}

function checkSubresources(errors: FieldError[], subresources: CustomResourceSubresources | undefined, path: string): void {
  const scale = subresources?.scale;
  if (!scale) return;
  for (const [field, roots] of [
    ['specReplicasPath', ['.spec']],
    ['statusReplicasPath', ['.status']],
    ['labelSelectorPath', ['.spec', '.status']],
  ] as const) {
    const value = scale[field];
    if (!value) {
      if (field !== 'labelSelectorPath') errors.push(required(`${path}.scale.${field}`));
      continue;
    }
    const at = `${path}.scale.${field}`;
    if (!isSimplePath(value)) errors.push(invalid(at, value, 'must be a simple json path starting with .'));
    else if (!roots.some((root) => value.startsWith(`${root}.`))) {
      errors.push(invalid(at, value, `should be a json path under ${roots.length > 1 ? 'either ' : ''}${roots.join(' or ')}`));
    }
  }
}

const isSimplePath = (path: string): boolean => path.startsWith('.');

function checkColumn(errors: FieldError[], column: CustomResourceColumnDefinition, path: string): void {
  const types = `must be one of ${COLUMN_TYPES.join(',')}`;
  if (!column.name) errors.push(required(`${path}.name`));
  if (!column.type) errors.push(required(`${path}.type`, types));
  else if (!COLUMN_TYPES.includes(column.type)) errors.push(invalid(`${path}.type`, column.type, types));
  if (column.format && !COLUMN_FORMATS.includes(column.format)) {
    errors.push(invalid(`${path}.format`, column.format, `must be one of ${COLUMN_FORMATS.join(',')}`));
  }
  if (!column.jsonPath) errors.push(required(`${path}.JSONPath`));
  else if (!isSimplePath(column.jsonPath)) errors.push(invalid(`${path}.JSONPath`, column.jsonPath, 'must be a simple json path starting with .'));
}

/** Objects may still be stored in any version that was ever the stored one: none may be removed before they are migrated. */
function checkStoredVersions(errors: FieldError[], crd: CustomResourceDefinition): void {
  const stored = crd.status?.storedVersions ?? [];
  const field = 'status.storedVersions';
  if (stored.length === 0) {
    errors.push(invalid(field, stored, 'must have at least one stored version'));
    return;
  }
  const versions = crd.spec.versions ?? [];
  const names = new Set(versions.map((version) => version.name));
  stored.forEach((name, i) => {
    if (!names.has(name)) errors.push(invalid(`${field}[${i}]`, name, 'must appear in spec.versions'));
  });
  const current = versions.find((version) => version.storage);
  if (current && !stored.includes(current.name)) errors.push(invalid(field, stored, `must have the storage version ${current.name}`));
}

/** Kubernetes' own groups may be extended only with an approval (KEP-2337). */
function checkApproval(errors: FieldError[], crd: CustomResourceDefinition): void {
  if (!/(^|\.)(k8s\.io|kubernetes\.io)$/.test(crd.spec.group ?? '')) return;
  const field = `metadata.annotations[${APPROVAL}]`;
  const value = crd.metadata?.annotations?.[APPROVAL] ?? '';
  const hint = 'see https://github.com/kubernetes/enhancements/pull/1111';
  if (value === '') errors.push(required(field, `protected groups must have approval annotation "${APPROVAL}", ${hint}`));
  else if (!value.startsWith('unapproved') && !URL.canParse(value)) {
    errors.push(
      invalid(
        field,
        value,
        `protected groups must have approval annotation "${APPROVAL}" with either a URL or a reason starting with "unapproved", ${hint}`,
      ),
    );
  }
}

/** The rules of the status subresource. */
export function validateCustomResourceDefinitionStatus(crd: CustomResourceDefinition): FieldError[] {
  const errors: FieldError[] = [];
  checkNames(errors, crd.status?.acceptedNames, 'status.acceptedNames');
  checkStoredVersions(errors, crd);
  return errors;
}
