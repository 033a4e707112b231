import type { KubeObject } from '../meta/object.ts';
import type { ResourceList } from '../schema/resource-list.ts';

/** A scope that a quota is limited to. */
export interface ScopeRequirement {
  readonly scopeName: string;
  /** In, NotIn, Exists or DoesNotExist. */
  readonly operator: string;
  readonly values?: readonly string[] | undefined;
}

/** The facts about other objects by which the devices of a claim are charged under the names of extended resources, as pods ask for them. */
export interface QuotaDevices {
  /** Whether devices of some class stand for a resource. */
  isBacked(resource: string): boolean;
  /** Returns the resources that devices of a class stand for. */
  resourcesOf(deviceClass: string): readonly string[];
  /** Returns the usage of the pod for whose extended resources a claim was made: the pod pays for its part. Empty for other claims. */
  paidByPod(claim: KubeObject, now: number): ResourceList;
}

/** The updates that admission charges. */
export interface QuotaUpdates<T extends KubeObject = KubeObject> {
  /** The subresources that are charged too. */
  readonly subresources?: readonly string[];
  /** Returns whether an update is charged; `subresource` is empty for the object itself. Without it, every update is. */
  isCharged?(object: T, old: T, subresource: string): boolean;
}

/**
 * The resources that quotas charge objects of a kind to, beside `count/<plural>.<group>`, which every kind has
 * (https://kubernetes.io/docs/concepts/policy/resource-quotas/).
 */
export interface QuotaRule<T extends KubeObject = KubeObject> {
  /**
   * Returns whether objects are charged to a resource, a key of a quota's `spec.hard`.
   * @param devices left out by those who charge no extended resources to claims
   */
  covers(resource: string, devices?: QuotaDevices): boolean;
  /**
   * Returns the amount that one object takes of each resource.
   * @param now milliseconds since the epoch
   * @param resources those that somebody asks for, where not all are: an object may name tens of thousands. Others may be left out.
   */
  usage(object: T, now: number, resources?: ReadonlySet<string>, devices?: QuotaDevices): ResourceList;
  /** Set if the rule asks for devices: the usage of an object may change although the object does not. */
  readonly seesDevices?: true;
  /** Set if each object counts as one, so that its metadata tells all. */
  readonly byNumber?: true;
  /** Set if an update may change the usage or the scopes: admission charges the difference, and the controller counts again. */
  readonly updates?: QuotaUpdates<T>;
  /** False if admission does not charge for the objects, and only the controller counts them. */
  readonly charged?: false;
  /** Returns whether an object is in a scope. Without it, quotas with scopes do not count the kind. */
  inScope?(object: T, scope: ScopeRequirement): boolean;
  /** Returns the reason to refuse a write that is charged under quotas that cover these resources; undefined if there is none. */
  refusal?(object: T, resources: readonly string[]): string | undefined;
}

/** The rule of a kind that quotas also count under a bare name, as `secrets`. */
export const countedAs = (resource: string): QuotaRule => ({
  covers: (name) => name === resource,
  usage: () => ({ [resource]: '1' }),
  byNumber: true,
});
