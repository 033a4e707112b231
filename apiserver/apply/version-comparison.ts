import { apiVersionOf } from '../../api/definition/kind.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { isLong, markAs } from '../../base/json/long-values.ts';
import type { Steps } from '../../base/steps.ts';
import type { Registry, Resource } from '../contract/resource.ts';
import type { FieldChanges } from './field-walk.ts';
import { compareFields, compareFieldsSteps } from './field-walk.ts';
import { ownedSchemaOf } from './owned-schema.ts';

/**
 * The difference between two states of an object, in the terms of each version of its kind: the fields of a manager bear the names of the
 * version that it wrote in.
 */
export interface VersionComparison {
  /** In the version of the request. */
  readonly requested: FieldChanges;
  /** In a version; that of the request stands in for versions that are not served and for those that a webhook converts. */
  in(apiVersion: string): FieldChanges;
}

type Versions = Pick<Registry, 'findKind'>;

/** Returns a converted object; the object itself if its conversion takes time, which a comparison does not wait for. */
const atOnce = (converted: KubeObject | Promise<KubeObject> | undefined, object: KubeObject): KubeObject =>
  converted === undefined || converted instanceof Promise ? object : converted;

/** Returns a stored object in a version's form; what is made of a long object counts as long. */
const formIn = ({ kind }: Resource, stored: KubeObject): KubeObject => markAs(atOnce(kind.storedAs?.fromStored(stored), stored), stored);

/** Compares two states in the stored form. */
export function compareStored(resource: Resource, registry: Versions, old: KubeObject, next: KubeObject): VersionComparison {
  return comparison(resource, registry, changesIn(resource, old, next), () => ({ old, next }));
}

/** Compares two states of a long object in the stored form, with pauses: in the version of the request, and in the given ones. */
export function* compareStoredSteps(
  resource: Resource,
  registry: Versions,
  old: KubeObject,
  next: KubeObject,
  versions: readonly string[],
): Steps<VersionComparison> {
  const requested = yield* changesInSteps(resource, old, next);
  const known = new Map([[apiVersionOf(resource.kind), requested]]);
  for (const version of versions) {
    if (known.has(version)) continue;
    const other = otherVersion(resource, registry, version);
    known.set(version, other ? yield* changesInSteps(other, old, next) : requested);
  }
  return comparison(resource, registry, requested, () => ({ old, next }), known);
}

/** Compares two states in the form of the request, with pauses in what is long: in its version, and in the given ones. */
export function* compareRequestedSteps(
  resource: Resource,
  registry: Versions,
  old: KubeObject,
  next: KubeObject,
  versions: readonly string[],
): Steps<VersionComparison> {
  const { storedAs } = resource.kind;
  const requested = yield* compareFieldsSteps(old, next, ownedSchemaOf(resource.kind));
  const known = new Map([[apiVersionOf(resource.kind), requested]]);
  const stored = () => ({ old: atOnce(storedAs?.toStored(old), old), next: atOnce(storedAs?.toStored(next), next) });
  if (isLong(old) || isLong(next)) {
    for (const version of versions) {
      if (known.has(version)) continue;
      const other = otherVersion(resource, registry, version);
      const states = stored();
      const changes = other ? yield* changesInSteps(other, markAs(states.old, old), markAs(states.next, next)) : requested;
      known.set(version, changes);
    }
  }
  return comparison(resource, registry, requested, stored, known);
}

const changesIn = (resource: Resource, old: KubeObject, next: KubeObject): FieldChanges =>
  compareFields(formIn(resource, old), formIn(resource, next), ownedSchemaOf(resource.kind));

const changesInSteps = (resource: Resource, old: KubeObject, next: KubeObject): Steps<FieldChanges> =>
  compareFieldsSteps(formIn(resource, old), formIn(resource, next), ownedSchemaOf(resource.kind));

function comparison(
  resource: Resource,
  registry: Versions,
  requested: FieldChanges,
  stored: () => { readonly old: KubeObject; readonly next: KubeObject },
  known = new Map([[apiVersionOf(resource.kind), requested]]),
): VersionComparison {
  return {
    requested,
    in(apiVersion) {
      let changes = known.get(apiVersion);
      if (!changes) {
        const other = otherVersion(resource, registry, apiVersion);
        const { old, next } = stored();
        changes = other ? changesIn(other, old, next) : requested;
        known.set(apiVersion, changes);
      }
      return changes;
    },
  };
}

/** Finds the resource that serves the same stored objects in another version; returns undefined if a webhook converts them. */
function otherVersion(resource: Resource, registry: Versions, apiVersion: string): Resource | undefined {
  if (resource.kind.converter) return undefined;
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const found = registry.findKind(group, apiVersion.slice(slash + 1), resource.kind.kind);
  return found?.kind.storagePrefix === resource.kind.storagePrefix ? found : undefined;
}
