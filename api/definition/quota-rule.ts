import type { KubeObject } from '../meta/object.ts';
import type { ResourceList } from '../schema/resource-list.ts';

/** A scope that a quota is limited to. */
export interface ScopeRequirement {
  readonly scopeName: string;
  /** In, NotIn, Exists or DoesNotExist. */
  readonly operator: string;
  readonly values?: readonly string[] | undefined;
}

/**
 * The resources that quotas charge objects of a kind to, beside `count/<plural>.<group>`, which every kind has
 * (https://kubernetes.io/docs/concepts/policy/resource-quotas/).
 */
export interface QuotaRule<T extends KubeObject = KubeObject> {
  /** Returns whether objects are charged to a resource, a key of a quota's `spec.hard`. */
  covers(resource: string): boolean;
  /**
   * Returns the amount that one object takes of each resource.
   * @param now milliseconds since the epoch
   * @param resources those that somebody asks for, where not all are: an object may name tens of thousands. Others may be left out.
   */
  usage(object: T, now: number, resources?: ReadonlySet<string>): ResourceList;
  /** Set if each object counts as one, so that its metadata tells all. */
  readonly byNumber?: true;
  /** Set if an update may change the usage: admission charges the difference, and the controller counts again. */
  readonly changesOnUpdate?: true;
  /** False if admission does not charge for the objects, and only the controller counts them. */
  readonly charged?: false;
  /** Returns whether an object is in a scope. Without it, quotas with scopes do not count the kind. */
  inScope?(object: T, scope: ScopeRequirement): boolean;
  /** Returns the reason to refuse a new object under quotas that cover these resources; undefined if there is none. */
  refusal?(object: T, resources: readonly string[]): string | undefined;
}

/** The rule of a kind that quotas also count under a bare name, as `secrets`. */
export const countedAs = (resource: string): QuotaRule => ({
  covers: (name) => name === resource,
  usage: () => ({ [resource]: '1' }),
  byNumber: true,
});
