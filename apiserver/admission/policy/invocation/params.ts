import type { ParamKind, ParamRef } from '../../../../api/kinds/admissionregistration/param.ts';
import { groupVersionOf } from '../../../../api/kinds/admissionregistration/param.ts';
import type { LabelSelector } from '../../../../api/meta/label-selector.ts';
import type { KubeObject } from '../../../../api/meta/object.ts';
import { selectorFrom } from '../../../../api/selector/selector.ts';
import type { CacheItem } from '../../../contract/cache.ts';
import type { Registry, Resource } from '../../../contract/resource.ts';
import { cacheKey } from '../../../storage/cache/cache-item.ts';

/** A policy or binding that cannot be put in force: its failure policy decides. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** The object that parametrises one evaluation of a policy; undefined if there is none. */
export type Param = KubeObject | undefined;

const WITHOUT_PARAMS: readonly Param[] = [undefined];

/** Finds the resource of a policy's parameters; undefined if the policy has none. @throws ConfigurationError if the kind is not served. */
export function paramResource(registry: Registry, paramKind: ParamKind | undefined): Resource | undefined {
  if (!paramKind) return undefined;
  const { apiVersion = '', kind = '' } = paramKind;
  const { group, version } = groupVersionOf(apiVersion) ?? { group: '', version: '' };
  const found = registry.findKind(group, version, kind);
  if (!found) throw new ConfigurationError(`failed to find resource referenced by paramKind: '${group}/${version}, Kind=${kind}'`);
  return found;
}

function namespaceFor({ kind }: Resource, { namespace = '' }: ParamRef, requested: string): string {
  if (!kind.namespaced) {
    if (namespace !== '') throw new ConfigurationError('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
    return '';
  }
  if (namespace !== '') return namespace;
  if (requested === '') throw new ConfigurationError('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources');
  return requested;
}

async function itemNamed({ storage }: Resource, key: string): Promise<CacheItem | undefined> {
  const known = storage.cache.get(key);
  if (known) return known;
  // Another server may have made it just now.
  const fresh = storage.fresh();
  if (fresh) await fresh;
  return storage.cache.get(key);
}

function itemsSelected({ storage: { cache } }: Resource, namespace: string, selector: LabelSelector): readonly CacheItem[] {
  const terms = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({ key, value }));
  const selected = selectorFrom(selector);
  const candidates = (terms.length > 0 ? cache.labelled(namespace, terms) : undefined) ?? cache.snapshot(namespace).items;
  return candidates.filter(({ object }) => selected.matches(object.metadata.labels));
}

/**
 * Finds the parameters of a policy at a binding as they are now; each is a case for an evaluation of its own. There are none if the binding
 * allows what it finds no parameters for. `requested` is the namespace of the request.
 * @throws ConfigurationError if there must be parameters and are none.
 */
export async function paramsFor(resource: Resource | undefined, paramRef: ParamRef | undefined, requested: string): Promise<readonly Param[]> {
  if (!resource || !paramRef) return WITHOUT_PARAMS;
  const namespace = namespaceFor(resource, paramRef, requested);
  const { name = '', selector, parameterNotFoundAction } = paramRef;
  const named = name === '' ? undefined : await itemNamed(resource, cacheKey(namespace, name));
  const items = name === '' ? itemsSelected(resource, namespace, selector ?? {}) : named ? [named] : [];
  if (items.length === 0 && parameterNotFoundAction === 'Deny') {
    throw new ConfigurationError('no params found for policy binding with `Deny` parameterNotFoundAction');
  }
  return Promise.all(items.map(async (item) => (await resource.conversion.served(item)).object));
}
