import { equalJson } from '../../../../base/json.ts';
import { finished } from '../../../../base/steps.ts';
import { hasCondition } from './conditions.ts';
import { defaultFaults } from './default-check.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import { MAX_SELECTABLE_FIELDS, SCHEMA_TYPES } from './limits.ts';
import { hasOpenMapKeys, hasOpenSet } from './list-type-check.ts';
import type { CustomResourceDefinition, CustomResourceDefinitionSpec } from './schema.ts';
import { schemaHas } from './schema-walk.ts';
import { initFault, structuralFaults } from './structural-check.ts';

/** Rules that an update need not follow if the old definition did not (ratcheting). */
export interface ValidationOptions {
  readonly requireKnownReviewVersion: boolean;
  readonly requireImmutableNames: boolean;
  readonly requireSchema: boolean;
  readonly requireValidTypes: boolean;
  readonly requireStructural: boolean;
  readonly requirePrunedDefaults: boolean;
  readonly requireAtomicSets: boolean;
  readonly requireMapKeys: boolean;
  readonly allowInvalidCaBundle: boolean;
  /** The schemas of the old definition: one that stays may keep rules that cost too much. */
  readonly keptSchemas: readonly JSONSchemaProps[];
  /** Versions that keep more selectable fields than are allowed. */
  readonly tooManySelectable: ReadonlySet<string>;
}

export const NEW_DEFINITION: ValidationOptions = {
  requireKnownReviewVersion: true,
  requireImmutableNames: false,
  requireSchema: true,
  requireValidTypes: true,
  requireStructural: true,
  requirePrunedDefaults: true,
  requireAtomicSets: true,
  requireMapKeys: true,
  // It is not used before the definition is established.
  allowInvalidCaBundle: true,
  keptSchemas: [],
  tooManySelectable: new Set(),
};

export const REVIEW_VERSIONS: readonly string[] = ['v1', 'v1beta1'];

const schemasOf = (spec: CustomResourceDefinitionSpec): readonly JSONSchemaProps[] =>
  (spec.versions ?? []).flatMap(({ schema }) => (schema?.openAPIV3Schema ? [schema.openAPIV3Schema] : []));

/** Returns the options for an update, as strict as the old definition was. */
export function optionsForUpdate(crd: CustomResourceDefinition, old: CustomResourceDefinition): ValidationOptions {
  const schemas = schemasOf(old.spec);
  const reviewVersions = old.spec.conversion?.webhook?.conversionReviewVersions ?? [];
  const isEstablished = hasCondition(old, 'Established');
  return {
    requireKnownReviewVersion: reviewVersions.length === 0 || reviewVersions.some((version) => REVIEW_VERSIONS.includes(version)),
    requireImmutableNames: isEstablished,
    requireSchema: schemas.length === (old.spec.versions ?? []).length,
    requireValidTypes: !schemas.some((schema) => schemaHas(schema, ({ type }) => Boolean(type) && !SCHEMA_TYPES.includes(type ?? ''))),
    requireStructural: !schemas.some((schema) => finished(initFault(schema)) !== undefined || finished(structuralFaults(schema, '')).length > 0),
    requirePrunedDefaults: !schemas.some((schema) =>
      finished(defaultFaults(schema, '', true)).some(({ message }) => message.endsWith('must not have unknown fields')),
    ),
    requireAtomicSets: !schemas.some((schema) => schemaHas(schema, hasOpenSet)),
    requireMapKeys: !schemas.some((schema) => schemaHas(schema, hasOpenMapKeys)),
    allowInvalidCaBundle: !isEstablished,
    keptSchemas: schemas,
    tooManySelectable: new Set(
      (crd.spec.versions ?? [])
        .filter(({ name, selectableFields = [] }) => {
          const before = old.spec.versions?.find((version) => version.name === name)?.selectableFields ?? [];
          return before.length > MAX_SELECTABLE_FIELDS && equalJson(before, selectableFields);
        })
        .map(({ name }) => name),
    ),
  };
}
