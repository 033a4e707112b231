import { ageColumn, nameColumn } from '../columns/cells.ts';
import type { Cell, Column } from '../columns/column.ts';
import { humanDuration } from '../columns/human-duration.ts';
import { firstAt, jsonPath } from '../columns/jsonpath.ts';
import type { KindDefinition, StoredAs, Subresource } from '../definition/kind.ts';
import { defineKind } from '../definition/kind.ts';
import type { Strategy } from '../definition/strategy.ts';
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
  JSONSchemaProps,
} from '../kinds/apiextensions/custom-resource-definition/index.ts';
import { structuralOfJsonSchema } from '../kinds/apiextensions/custom-resource-definition/index.ts';
import { Scale } from '../kinds/autoscaling/scale.ts';
import type { KubeObject } from '../meta/object.ts';
import type { FieldError } from '../schema/field-error.ts';
import { anyValue } from '../schema/fields.ts';
import type { StructuralSchema } from '../schema/structural.ts';
import { validatorOf } from '../schema/validate.ts';
import { ruleCheck, ruleWarnings, slowFaults } from './rule-check.ts';

/** An object of a custom resource. Only its schema knows the fields beyond metadata. */
export interface CustomObject extends KubeObject {
  spec?: unknown;
  status?: unknown;
}

/** The schema of a version without one. The API server refuses such definitions; here all fields are kept. */
const ANYTHING: StructuralSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

const MAIN_ONLY: readonly Subresource[] = [];
const READ_WRITE = ['get', 'patch', 'update'] as const;

/**
 * Returns the kind that one version of a CustomResourceDefinition defines: schema, defaults and pruning, `status` and `scale`, columns and
 * selectable fields. Versions other than the stored one are converted by renaming only (strategy None). The definition must be valid.
 * @throws RangeError if the definition has no such version.
 */
export function kindFromCrd(crd: CustomResourceDefinition, versionName: string): KindDefinition<CustomObject> {
  const { group, names, scope, versions } = crd.spec;
  const version = versions.find(({ name }) => name === versionName);
  // Versions differ by name only, so the first served one takes the place of a stored one that is not served.
  const stored = versions.find(({ storage, served }) => storage && served) ?? versions.find(({ served }) => served) ?? version;
  if (!version || !stored) throw new RangeError(`${names.plural}.${group} has no version ${versionName}`);
  const schema = version.schema?.openAPIV3Schema;
  const structural = schema ? structuralOfJsonSchema(schema) : ANYTHING;
  const { status, scale } = version.subresources ?? {};
  const subresources: Subresource[] = [];
  if (status) subresources.push({ name: 'status', verbs: READ_WRITE });
  if (scale) subresources.push({ name: 'scale', verbs: READ_WRITE, group: 'autoscaling', version: 'v1', kind: 'Scale', schema: Scale });
  return defineKind<CustomObject>({
    group,
    version: version.name,
    kind: names.kind,
    plural: names.plural,
    namespaced: scope === 'Namespaced',
    singular: names.singular ?? names.kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    schema: anyValue<CustomObject>(),
    structural,
    columns: columnsOf(version),
    strategy: strategyOf(structural, version, status !== undefined),
    ...(version.deprecated ? { deprecation: version.deprecationWarning ?? `${group}/${version.name} ${names.kind} is deprecated` } : {}),
    subresources: subresources.length === 0 ? MAIN_ONLY : subresources,
    storagePrefix: `${group}/${names.plural}`,
    scheme: 'k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go:781',
    ...(scale
      ? {
          scale: {
            specReplicasPath: scale.specReplicasPath,
            statusReplicasPath: scale.statusReplicasPath,
            ...(scale.labelSelectorPath ? { labelSelectorPath: scale.labelSelectorPath } : {}),
          },
        }
      : {}),
    ...(version === stored ? {} : { storedAs: renamed(group, version.name, stored.name) }),
  });
}

function renamed(group: string, served: string, stored: string): StoredAs<CustomObject> {
  return {
    group,
    version: stored,
    toStored: (object) => ({ ...object, apiVersion: `${group}/${stored}` }),
    fromStored: (object) => ({ ...object, apiVersion: `${group}/${served}` }),
  };
}

function strategyOf(structural: StructuralSchema, version: CustomResourceDefinitionVersion, hasStatus: boolean): Strategy<CustomObject> {
  const validator = validatorOf(structural);
  const schema: JSONSchemaProps | undefined = version.schema?.openAPIV3Schema;
  const checkRules = ruleCheck(schema);
  const validate = (object: CustomObject, old?: CustomObject): FieldError[] => {
    const errors: FieldError[] = [];
    validator(object, '', errors);
    checkRules(object, old, errors);
    return errors;
  };
  const fields = (version.selectableFields ?? []).map(({ jsonPath: path }) => {
    const find = jsonPath(path);
    return [path.replace(/^\./, ''), (object: CustomObject) => textOf(find(object)[0])] as const;
  });
  return {
    generation: hasStatus ? 'content' : 'content and status',
    metadataChecks: { anyFinalizer: true },
    validate: (object) => validate(object),
    validateUpdate: validate,
    validateStatusUpdate: validate,
    slowFaults,
    warnings: (object) => [...ruleWarnings(object)],
    selectableFields: Object.fromEntries(fields),
    ...(hasStatus ? statusRules : {}),
  };
}

/** With the status subresource, the main resource keeps the status as it is, and the subresource all the rest. */
const statusRules: Pick<Strategy<CustomObject>, 'prepareForCreate' | 'prepareForUpdate' | 'prepareForStatusUpdate'> = {
  prepareForCreate: (object) => {
    delete object.status;
  },
  prepareForUpdate: (object, old) => {
    if (old.status === undefined) delete object.status;
    else object.status = old.status;
  },
  prepareForStatusUpdate: (object, old) => {
    const { status, metadata } = object;
    for (const key of Object.keys(object)) if (!Object.hasOwn(old, key)) Reflect.deleteProperty(object, key);
    Object.assign(object, old);
    object.metadata = { ...old.metadata, ...(metadata?.managedFields ? { managedFields: metadata.managedFields } : {}) };
    if (metadata?.resourceVersion !== undefined) object.metadata.resourceVersion = metadata.resourceVersion;
    if (status === undefined) delete object.status;
    else object.status = status;
  },
};

const textOf = (value: unknown): string => (value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value));

function columnsOf({ additionalPrinterColumns: extra = [] }: CustomResourceDefinitionVersion): readonly Column<CustomObject>[] {
  return extra.length === 0 ? [nameColumn, ageColumn] : [nameColumn, ...extra.map(columnOf)];
}

function columnOf(definition: CustomResourceColumnDefinition): Column<CustomObject> {
  const { name, type, format, priority, description = '', jsonPath: path } = definition;
  return {
    name,
    type: type === 'integer' || type === 'number' || type === 'boolean' || type === 'date' ? type : 'string',
    ...(format ? { format } : {}),
    priority: priority ? 1 : 0,
    description: description === '' ? `Custom resource definition column (in JSONPath format): ${path}` : description,
    cell: (object, now) => cellOf(type, firstAt(path, object), now),
  };
}

/** Formats a value by its column's type. Returns null if it is missing or of another type. */
function cellOf(type: string, value: unknown, now: number): Cell {
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date': {
      const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
      return Number.isNaN(time) ? '<invalid>' : humanDuration(now - time);
    }
    default:
      return textOf(value);
  }
}

/** Returns the served versions, each as a kind. */
export const kindsFromCrd = (crd: CustomResourceDefinition): readonly KindDefinition<CustomObject>[] =>
  crd.spec.versions.filter(({ served }) => served).map(({ name }) => kindFromCrd(crd, name));
