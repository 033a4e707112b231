import type { KubeObject, Live } from '../meta/object.ts';
import type { FieldError } from '../schema/field-error.ts';
import type { MetadataChecks } from '../validation/object-meta.ts';

/** Which changes increment metadata.generation: those of the content (all but metadata and status), alone or with another part. */
export type GenerationRule = 'content' | 'content and annotations' | 'content and labels' | 'content and status' | 'nothing';

interface FieldReader<T extends KubeObject> {
  read(object: Live<T>): string;
}
/** Reads the value of a field for field selectors. It is the type of a method, so that a reader of one kind is one of any kind. */
export type SelectableField<T extends KubeObject> = FieldReader<T>['read'];

/** The writer of an object, and the time of the write. */
export interface WriteContext {
  readonly user: {
    readonly name: string;
    readonly uid?: string;
    readonly groups: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  };
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The rules of a kind beyond its schema. Every function gets decoded objects: types are right, unknown fields are removed.
 * `default` and the `prepare…` functions change the object in place; the `validate…` functions return its errors, in upstream's order.
 */
export interface Strategy<T extends KubeObject = KubeObject> {
  /** Sets defaults that depend on other fields; constant ones stand in the schema. What may be long is put off (`api/schema/default-later.ts`). */
  default?(object: T): void;
  /** Runs before validation on create: drops what a creator may not set (status …). Adds to `warnings` what is to be told even if the object is refused. */
  prepareForCreate?(object: T, warnings?: string[]): void;
  /** Runs before validation on update of the main resource: keeps what an updater may not change (status …). */
  prepareForUpdate?(object: T, old: Live<T>): void;
  prepareForStatusUpdate?(object: T, old: Live<T>): void;
  /** Sets what depends on the writer or the time: runs after the `prepare…` function of every create and update, through subresources too. */
  stamp?(object: T, old: Live<T> | undefined, context: WriteContext): void;
  validate?(object: T): FieldError[];
  /** All that is checked on update: the pipeline does not call `validate` as well. */
  validateUpdate?(object: T, old: Live<T>): FieldError[];
  validateStatusUpdate?(object: T, old: Live<T>): FieldError[];
  /** Returns the errors of the object just validated that take longer to find than a turn of the event loop may take; undefined if there are none. */
  slowFaults?(object: T): Promise<readonly FieldError[]> | undefined;
  /** Returns the texts of `Warning:` headers on create and update. */
  warnings?(object: T, old: Live<T> | undefined): string[];
  /** Returns the faults of `metadata.name`. The default rule is that of a DNS-1123 subdomain. */
  validateName?(name: string, prefix: boolean): readonly string[];
  /** If set, the server keeps metadata.generation: 1 at first, incremented by this rule. */
  readonly generation?: GenerationRule;
  /** False if an update must name the resourceVersion that it is based on. */
  readonly allowUnconditionalUpdate?: false;
  readonly metadataChecks?: MetadataChecks;
  /** `spec.nodeName` → value, for field selectors beside metadata.name and metadata.namespace. */
  readonly selectableFields?: Readonly<Record<string, SelectableField<T>>>;
  /** Returns the refusal of a field that objects cannot be selected by, where upstream has words of its own. */
  unselectable?(field: string): string;
}

/** The part of a strategy that may differ between versions of one storage. Omitted rules are those of the stored version. */
export interface VersionRules {
  validate?(object: KubeObject): FieldError[];
  validateUpdate?(object: KubeObject, old: Live): FieldError[];
  validateStatusUpdate?(object: KubeObject, old: Live): FieldError[];
  validateName?(name: string, prefix: boolean): readonly string[];
  readonly metadataChecks?: MetadataChecks;
}

/** The rules of writes through a subresource that is the whole object (upstream's strategy of its own for each of them). */
export interface SubresourceRules {
  /** Keeps, in place, everything that the subresource is not about. */
  prepare(object: KubeObject, old: Live): void;
  validate(object: KubeObject, old: Live): FieldError[];
}
