import { goQuote } from '../../base/go-format.ts';
import { jsonPath } from '../columns/jsonpath.ts';
import type { ScaleSubresource } from '../definition/kind.ts';
import type { Strategy, VersionRules } from '../definition/strategy.ts';
import type { CustomResourceDefinitionVersion, JSONSchemaProps } from '../kinds/apiextensions/custom-resource-definition/index.ts';
import type { KubeObject } from '../meta/object.ts';
import type { FieldError } from '../schema/field-error.ts';
import { searchLater } from '../schema/field-error.ts';
import type { StructuralSchema } from '../schema/structural.ts';
import { faultsOf, faultsOfChange } from '../schema/validate/validate.ts';
import { qualifiedNameFaults } from '../validation/name-rules.ts';
import { isStandardFinalizer } from '../validation/object-meta.ts';
import type { CustomObject } from './custom-object.ts';
import { printed } from './printer-columns.ts';
import { ruleCheck, ruleWarnings, slowFaults } from './rule-check.ts';
import type { EmbeddedResourceCheck } from './validation/embedded-resources.ts';
import { embeddedResourceCheck } from './validation/embedded-resources.ts';
import type { ListTypeCheck } from './validation/list-types.ts';
import { listTypeCheck } from './validation/list-types.ts';
import { checkScaleSpec, checkScaleStatus } from './validation/scale-paths.ts';

/** The parts of one version that its rules are made of. */
export interface CustomVersion {
  readonly structural: StructuralSchema;
  readonly version: CustomResourceDefinitionVersion;
  readonly scale: ScaleSubresource | undefined;
  readonly hasStatus: boolean;
}

/** Returns the rules of the objects of one version (pkg/registry/customresource/strategy.go of apiextensions-apiserver). */
export function customStrategy(custom: CustomVersion): Strategy<CustomObject> {
  return {
    generation: custom.hasStatus ? 'content' : 'content and status',
    allowUnconditionalUpdate: false,
    metadataChecks: { anyFinalizer: true },
    ...customRules(custom),
    slowFaults,
    warnings: (object, old) => [...ruleWarnings(object), ...finalizerWarnings(object.metadata?.finalizers ?? [], old?.metadata.finalizers ?? [])],
    selectableFields: selectableFields(custom.version),
    ...(custom.hasStatus ? statusRules : {}),
  };
}

/** The checks of a version beyond its schema, made when the first object is validated. */
interface Checks {
  readonly embedded: EmbeddedResourceCheck | undefined;
  readonly lists: ListTypeCheck | undefined;
}

/** Returns the validation of the objects of one version. */
export function customRules({ structural, scale, version }: CustomVersion): VersionRules {
  const schema: JSONSchemaProps | undefined = version.schema?.openAPIV3Schema;
  const checkRules = ruleCheck(schema);
  let made: Checks | undefined;
  const checks = (): Checks => {
    made ??= { embedded: embeddedResourceCheck(structural), lists: listTypeCheck(structural) };
    return made;
  };

  /** Lists that were wrong before stay as they are. */
  function checkLists(object: CustomObject, old: CustomObject | undefined, errors: FieldError[]): void {
    const { lists } = checks();
    if (!lists) return;
    searchLater(function* () {
      const found: FieldError[] = [];
      yield* lists(object, '', found);
      if (found.length === 0) return;
      const before: FieldError[] = [];
      if (old) yield* lists(old, '', before);
      if (before.length === 0) for (const error of found) errors.push(error);
    });
  }

  function rest(object: CustomObject, old: CustomObject | undefined, errors: FieldError[]): FieldError[] {
    if (scale) {
      checkScaleSpec(object, scale, errors);
      checkScaleStatus(object, scale, errors);
    }
    checks().embedded?.(object, '', errors);
    checkLists(object, old, errors);
    checkRules(object, old, errors);
    return errors;
  }

  return {
    validate: (object) => rest(object, undefined, faultsOf(structural, object)),
    validateUpdate: (object, old) => rest(object, old, faultsOfChange(structural, object, old)),
    validateStatusUpdate(object: CustomObject, old: CustomObject) {
      const errors: FieldError[] = [];
      const status = structural.properties?.get('status')?.schema;
      if (status && Object.hasOwn(object, 'status')) {
        for (const error of faultsOfChange(status, object.status, old.status)) {
          errors.push({ ...error, field: error.field === '<nil>' ? 'status' : `status.${error.field}` });
        }
      }
      if (scale) checkScaleStatus(object, scale, errors);
      checkLists(object, old, errors);
      checkRules(object, old, errors);
      return errors;
    },
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

function selectableFields({ selectableFields: fields = [] }: CustomResourceDefinitionVersion): NonNullable<Strategy<KubeObject>['selectableFields']> {
  return Object.fromEntries(
    fields.map(({ jsonPath: path }) => {
      const find = jsonPath(path);
      const read = (object: KubeObject) => {
        const [value] = find(object);
        return value === undefined || value === null ? '' : printed(value);
      };
      return [path.replace(/^\./, ''), read] as const;
    }),
  );
}

/** Returns the warnings about finalizers that an update adds. */
function finalizerWarnings(finalizers: readonly string[], before: readonly string[]): string[] {
  if (finalizers.length === 0) return [];
  const known = new Set(before);
  const warnings: string[] = [];
  for (const finalizer of [...new Set(finalizers)].filter((name) => !known.has(name)).sort()) {
    const at = `metadata.finalizers: ${goQuote(finalizer)}: `;
    for (const fault of qualifiedNameFaults(finalizer)) warnings.push(`${at}${fault}`);
    if (finalizer.includes('/') || isStandardFinalizer(finalizer)) continue;
    const path = finalizer.includes('.') ? ' including a path (/)' : '';
    warnings.push(`${at}prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`);
  }
  return warnings;
}
