import type { KubeObject } from '../../api/meta/object.ts';

/** The objects that a request for a computed collection asks for. */
export interface ComputedSelection {
  /** Empty for all namespaces, and for kinds that have none. */
  readonly namespace: string;
  /** Whether the request's selectors match an object with this metadata; undefined if it selects everything. */
  readonly matches: ((object: KubeObject) => boolean) | undefined;
}

/** The objects of a kind that is never stored: they are made for each request that reads them. */
export interface ComputedCollection {
  readonly group: string;
  readonly plural: string;
  /** Lists the objects. It may return more than the selection asks for: what does not match is left out of the answer. */
  list(selection: ComputedSelection): Promise<readonly KubeObject[]>;
  /** @throws StatusError if there is no object of that name. */
  get(name: string, namespace: string): Promise<KubeObject>;
}
