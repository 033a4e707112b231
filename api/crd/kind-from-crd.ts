import type { KindDefinition, ScaleSubresource, StoredAs, Subresource } from '../definition/kind.ts';
import { defineKind } from '../definition/kind.ts';
import { compareVersions } from '../definition/version-order.ts';
import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from '../kinds/apiextensions/custom-resource-definition/index.ts';
import { structuralOfJsonSchema } from '../kinds/apiextensions/custom-resource-definition/index.ts';
import { Scale } from '../kinds/autoscaling/scale.ts';
import { anyValue } from '../schema/fields.ts';
import type { StructuralSchema } from '../schema/structural.ts';
import type { CustomObject } from './custom-object.ts';
import { customRules, customStrategy } from './custom-strategy.ts';
import { printerColumns } from './printer-columns.ts';
import { customReading, prunedBy } from './stored-form.ts';

export type { CustomObject } from './custom-object.ts';

/** The schema of a version without one. The API server refuses such definitions; here all fields are kept. */
const ANYTHING: StructuralSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

const MAIN_ONLY: readonly Subresource[] = [];
const READ_WRITE = ['get', 'patch', 'update'] as const;

const schemas = new WeakMap<CustomResourceDefinitionVersion, StructuralSchema>();

/** Returns the schema of a version, made once. */
function structuralOfVersion(version: CustomResourceDefinitionVersion): StructuralSchema {
  const known = schemas.get(version);
  if (known) return known;
  const schema = version.schema?.openAPIV3Schema;
  const structural = schema ? structuralOfJsonSchema(schema) : ANYTHING;
  schemas.set(version, structural);
  return structural;
}

/**
 * Returns the kind that one version of a CustomResourceDefinition defines: schema, defaults and pruning, `status` and `scale`, columns and
 * selectable fields. Versions other than the stored one are converted by renaming only (strategy None). The definition must be valid.
 * @throws RangeError if the definition has no such version.
 */
export function kindFromCrd(crd: CustomResourceDefinition, versionName: string): KindDefinition<CustomObject> {
  const { group, scope, versions } = crd.spec;
  // The names that are served are those that were accepted, once there are any.
  const names = crd.status?.acceptedNames?.plural ? crd.status.acceptedNames : crd.spec.names;
  const version = versions.find(({ name }) => name === versionName);
  // Versions differ by name only, so the first served one takes the place of a stored one that is not served.
  const stored = versions.find(({ storage, served }) => storage && served) ?? versions.find(({ served }) => served) ?? version;
  if (!version || !stored) throw new RangeError(`${names.plural}.${group} has no version ${versionName}`);
  const structural = structuralOfVersion(version);
  const { status, scale } = version.subresources ?? {};
  const subresources: Subresource[] = [];
  if (status) subresources.push({ name: 'status', verbs: READ_WRITE });
  if (scale) subresources.push({ name: 'scale', verbs: READ_WRITE, group: 'autoscaling', version: 'v1', kind: 'Scale', schema: Scale });
  const scalePaths: ScaleSubresource | undefined = scale && {
    specReplicasPath: scale.specReplicasPath,
    statusReplicasPath: scale.statusReplicasPath,
    ...(scale.labelSelectorPath ? { labelSelectorPath: scale.labelSelectorPath } : {}),
  };
  const custom = { structural, version, scale: scalePaths, hasStatus: status !== undefined };
  return defineKind<CustomObject>({
    group,
    version: version.name,
    kind: names.kind,
    plural: names.plural,
    namespaced: scope === 'Namespaced',
    singular: names.singular || names.kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    schema: anyValue<CustomObject>(),
    structural,
    columns: printerColumns(version),
    strategy: customStrategy(custom),
    ...(version.deprecated ? { deprecation: version.deprecationWarning ?? deprecationOf(crd, version.name, names.kind) } : {}),
    subresources: subresources.length === 0 ? MAIN_ONLY : subresources,
    storagePrefix: `${group}/${names.plural}`,
    ...(scalePaths ? { scale: scalePaths } : {}),
    ...(version === stored
      ? { reading: customReading(crd, version.name, structuralOfVersion) }
      : { storedAs: { ...renamed(group, version, stored), rules: customRules(custom) } }),
  });
}

/** Converts between two versions by renaming; fields that the other version does not name are dropped. */
function renamed(
  group: string,
  served: CustomResourceDefinitionVersion,
  stored: CustomResourceDefinitionVersion,
): Pick<StoredAs<CustomObject>, 'group' | 'version' | 'toStored' | 'fromStored'> {
  const prune = prunedBy(structuralOfVersion(served), structuralOfVersion(stored));
  return {
    group,
    version: stored.name,
    toStored: (object) => ({ ...object, apiVersion: `${group}/${stored.name}` }),
    fromStored: (object) => ({ ...prune(object), apiVersion: `${group}/${served.name}` }),
  };
}

/** Returns the warning about a deprecated version without a text of its own, which names the newest version that is not. */
function deprecationOf({ spec: { group, versions } }: CustomResourceDefinition, version: string, kind: string): string {
  const [better] = versions
    .filter(({ served, deprecated, name }) => served && !deprecated && compareVersions(name, version) < 0)
    .map(({ name }) => name)
    .sort(compareVersions);
  return `${group}/${version} ${kind} is deprecated${better === undefined ? '' : `; use ${group}/${better} ${kind}`}`;
}

/** Returns the served versions, each as a kind. */
export const kindsFromCrd = (crd: CustomResourceDefinition): readonly KindDefinition<CustomObject>[] =>
  crd.spec.versions.filter(({ served }) => served).map(({ name }) => kindFromCrd(crd, name));
