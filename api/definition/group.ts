import type { Field } from '../schema/fields.ts';
import type { KindDefinition } from './kind.ts';

/** A group of kinds, defined once beside them. */
export interface KindGroup {
  /** Empty for the core group. */
  readonly name: string;
  /**
   * The place of the group in discovery: higher ranks come first, equal ranks by name. The numbers are upstream's group priorities
   * (k8s.io/kubernetes/pkg/controlplane/apiserver/aggregator.go).
   */
  readonly rank: number;
  /**
   * The places of the versions within the group, higher ones first. Versions without one have no APIService, and with it no place in `/apis`
   * that a user could change. Default: 15 for v1, as for most groups.
   */
  readonly versionPriorities?: Readonly<Record<string, number>>;
  /** The Go package of its types without the version, as it stands in OpenAPI names. Default: `io.k8s.api` and the first label of the name. */
  readonly goPackage?: string;
  readonly kinds: readonly KindDefinition[];
  /** Structures of the group that none of its kinds holds: bodies of subresources, such as Scale. */
  readonly structures?: readonly { readonly version: string; readonly schema: Field }[];
}
