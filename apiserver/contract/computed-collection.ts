import type { KubeObject } from '../../api/meta/object.ts';

/** The objects of a kind that is never stored: they are made for each request that reads them. */
export interface ComputedCollection {
  readonly group: string;
  readonly plural: string;
  list(): Promise<readonly KubeObject[]>;
  /** @throws StatusError if there is no object of that name. */
  get(name: string): Promise<KubeObject>;
}
