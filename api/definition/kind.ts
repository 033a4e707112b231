import type { KubeObject, Live } from '../meta/object.ts';
import type { FieldError } from '../schema/field-error.ts';
import type { Field } from '../schema/fields.ts';
import type { StructuralSchema } from '../schema/structural.ts';
import type { MetadataChecks } from '../validation/object-meta.ts';

/** Names a kind to a client: enough to address it, with the object's type carried along. */
export interface Kind<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Never set: it ties the type of the objects to the kind. */
  readonly object?: T;
}

/** A cell of a `metav1.Table` row. */
export type Cell = string | number | boolean | null;

/** A column as `kubectl get` prints it; priority 1 shows with `-o wide` only. */
export interface Column<T extends KubeObject = KubeObject> {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly priority?: 0 | 1;
  readonly description: string;
  /** `now` in milliseconds since the epoch. */
  readonly cell: (object: Live<T>, now: number) => Cell;
}

/** What raises metadata.generation: a change of anything but metadata and status, and of what else; or nothing. */
export type GenerationRule = 'content' | 'content and annotations' | 'content and labels' | 'content and status' | 'nothing';

/**
 * What a kind does beyond its schema. Every function gets decoded objects (types are right, unknown fields gone);
 * `default` and the `prepare…` functions change the object in place, the `validate…` functions return what is wrong, in upstream's order.
 */
export interface Strategy<T extends KubeObject> {
  /** Defaults that depend on other fields; constant ones stand in the schema. */
  readonly default?: (object: T) => void;
  /** Runs before validation on create: drops what a creator may not set (status …). */
  readonly prepareForCreate?: (object: T) => void;
  /** Runs before validation on update of the main resource: keeps what an updater may not change (status …). */
  readonly prepareForUpdate?: (object: T, old: Live<T>) => void;
  readonly prepareForStatusUpdate?: (object: T, old: Live<T>) => void;
  readonly validate?: (object: T) => FieldError[];
  /** Everything that is checked on update: `validate` is not called again by the pipeline. */
  readonly validateUpdate?: (object: T, old: Live<T>) => FieldError[];
  readonly validateStatusUpdate?: (object: T, old: Live<T>) => FieldError[];
  /** Lines of `Warning:` headers on create and update. */
  readonly warnings?: (object: T, old: Live<T> | undefined) => string[];
  /** The rule of `metadata.name`; upstream's default is a DNS-1123 subdomain. Returns what is wrong with the name, if anything. */
  readonly validateName?: (name: string, prefix: boolean) => readonly string[];
  /** metadata.generation is kept: 1 at first, and raised as said. */
  readonly generation?: GenerationRule;
  /** False: an update must name the resourceVersion that it is based on. */
  readonly allowUnconditionalUpdate?: false;
  readonly metadataChecks?: MetadataChecks;
  /** `spec.nodeName` → value, for field selectors beside metadata.name and metadata.namespace. */
  readonly selectableFields?: Readonly<Record<string, (object: Live<T>) => string>>;
}

export interface ScaleSubresource {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

/** A subresource as discovery lists it. `status` and `scale` are handled by the pipeline, the others by a handler of their own. */
export interface Subresource {
  readonly name: string;
  readonly verbs: readonly Verb[];
  /** Group, version and kind of what it takes, where that is not the parent's. */
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  /** The form of what it takes, where that is no kind of its own. */
  readonly schema?: Field<KubeObject>;
}

/** A kind, defined once: all that the API server, discovery, kubectl's tables and clients know of it comes from here. */
export interface KindDefinition<T extends KubeObject = KubeObject> extends Kind<T> {
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly Verb[];
  readonly schema: Field<T>;
  /** Set for custom resources: their schema comes from the CustomResourceDefinition, and `schema` says nothing. */
  readonly structural?: StructuralSchema;
  readonly columns: readonly Column<T>[];
  readonly strategy: Strategy<T>;
  readonly subresources: readonly Subresource[];
  readonly scale?: ScaleSubresource;
  /**
   * Where objects are kept: `/registry/<storagePrefix>/…`. Kinds with one prefix share one storage
   * (`apps/v1beta2` Deployments are `apps/v1` Deployments): `storedAs` names the definition whose form is stored, with the conversion.
   */
  readonly storagePrefix: string;
  readonly storedAs?: StoredAs<T>;
  /** Why nobody should use this version any more: a `Warning:` header of every answer about it. */
  readonly deprecation?: string;
}

/** How a served version relates to the stored one. Both functions return new objects where they change something. */
export interface StoredAs<T extends KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly toStored: (object: T) => KubeObject;
  readonly fromStored: (object: KubeObject) => T;
  /** What holds for objects that come by this version, where that is not what holds for the stored one. It goes by the stored form. */
  readonly rules?: VersionRules;
}

/** The part of a strategy that may differ between versions of one storage; what is left out is as in the stored version's. */
export interface VersionRules {
  validate?(object: KubeObject): FieldError[];
  validateUpdate?(object: KubeObject, old: Live): FieldError[];
  validateName?(name: string, prefix: boolean): readonly string[];
  readonly metadataChecks?: MetadataChecks;
}

export const ALL_VERBS: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

type Defaulted = 'singular' | 'shortNames' | 'categories' | 'verbs' | 'columns' | 'strategy' | 'subresources' | 'storagePrefix' | 'object';

/** Defines a kind; what is left out is what most kinds have. */
export function defineKind<T extends KubeObject>(
  definition: Omit<KindDefinition<T>, Defaulted> & Partial<Pick<KindDefinition<T>, Defaulted>>,
): KindDefinition<T> {
  return {
    singular: definition.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    verbs: ALL_VERBS,
    columns: [],
    strategy: {},
    subresources: [],
    storagePrefix: definition.plural,
    ...definition,
  };
}

/** `v1` or `apps/v1`. */
export const apiVersionOf = (kind: { group: string; version: string }): string =>
  kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;

/** The REST path of a collection or, with a name, of an object or subresource. */
export function pathOf(kind: Kind, namespace?: string, name?: string, subresource?: string): string {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const scope = kind.namespaced && namespace ? `${root}/namespaces/${namespace}` : root;
  const collection = `${scope}/${kind.plural}`;
  if (name === undefined) return collection;
  const object = `${collection}/${encodeURIComponent(name)}`;
  return subresource === undefined ? object : `${object}/${subresource}`;
}
