import type { Column } from '../columns/column.ts';
import type { KubeObject, Live, ObjectKey } from '../meta/object.ts';
import type { ObjectMeta } from '../meta/object-meta.ts';
import type { StatusError } from '../meta/status-error.ts';
import type { Field } from '../schema/fields.ts';
import type { StructuralSchema } from '../schema/structural.ts';
import type { DeletionRules } from './deletion.ts';
import type { QuotaRule } from './quota-rule.ts';
import type { Strategy, SubresourceRules, VersionRules } from './strategy.ts';

/** Identifies a kind to a client: all that is needed to address its objects, with their type. */
export interface Kind<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Never set. Ties the type of the objects to the kind. */
  readonly object?: T;
}

export interface ScaleSubresource {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

/** A subresource as discovery lists it. The pipeline handles `status` and `scale`; every other one has a handler of its own. */
export interface Subresource {
  readonly name: string;
  readonly verbs: readonly Verb[];
  /** Group, version and kind of its objects, if they are not the parent's. */
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  /** The form of what it takes, where that is no kind of its own. */
  readonly schema?: Field<KubeObject>;
  /** Set if it is the whole object, with rules of its own for writes. */
  readonly rules?: SubresourceRules;
  /** The types of its query parameters, if it answers no object: it is a text or a stream, or passes requests on. */
  readonly query?: Readonly<Record<string, 'string' | 'boolean' | 'integer'>>;
  /** Set if the paths below it are its own too. */
  readonly anyPath?: true;
}

/** Whether a subresource is the object itself, written in part, and not something that a handler serves. */
export const isWholeObject = ({ name, rules }: Subresource): boolean => name === 'status' || rules !== undefined;

/** Returns the type of the objects of a kind, or of its subresource. */
export function objectTypeOf(
  { group, version, kind, subresources }: KindDefinition,
  subresource: string,
): { readonly group: string; readonly version: string; readonly kind: string } {
  const own = subresource === '' ? undefined : subresources.find(({ name }) => name === subresource);
  return { group: own?.group ?? group, version: own?.version ?? version, kind: own?.kind ?? kind };
}

/** The cluster as a rule of admission sees it, and the write that it is asked about. */
export interface AdmissionContext {
  readonly key: ObjectKey;
  readonly verb: 'create' | 'update' | 'delete';
  readonly dryRun: boolean;
  /** Reads a stored object; it is shared and must not be changed. */
  get<T extends KubeObject>(kind: Kind<T>, key: ObjectKey): Live<T> | undefined;
  /** Lists the stored objects of a kind, or those of a namespace, in key order. */
  list<T extends KubeObject>(kind: Kind<T>, namespace?: string): readonly Live<T>[];
  /** Makes the refusal to throw, in upstream's form: `pods "web" is forbidden: …`. */
  forbidden(why: string): StatusError;
}

/**
 * A rule of admission that a kind brings with its definition, about itself or about another kind: a class that pods name, for instance.
 * It runs where upstream's plugin of the same name does (pkg/kubeapiserver/options/plugins.go), and after those if there is none.
 */
export interface KindAdmission<T extends KubeObject = KubeObject> {
  /** As upstream's plugin is called: `RuntimeClass`. */
  readonly name: string;
  /** The kind whose main resource the rule looks at, in whatever version is requested. */
  readonly of: { readonly group: string; readonly plural: string };
  readonly verbs: readonly AdmissionContext['verb'][];
  /** Changes an object in place before it is validated. On deletion `object` is the last state, which must not be changed. */
  admit?(object: T, old: Live<T> | undefined, context: AdmissionContext): void | Promise<void>;
  /** Looks at the valid object. Both throw a StatusError to refuse the write. */
  validate?(object: T, old: Live<T> | undefined, context: AdmissionContext): void | Promise<void>;
}

/** The pod that an object is, or that its controller makes after it: `spec` is the spec of a pod. */
export interface TemplatedPod {
  readonly metadata?: ObjectMeta | undefined;
  readonly spec?: object | undefined;
}

/** A kind, defined once: the API server, discovery, kubectl's tables and clients take all they know of it from here. */
export interface KindDefinition<T extends KubeObject = KubeObject> extends Kind<T> {
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly Verb[];
  readonly schema: Field<T>;
  /** Set for custom resources only: their schema comes from the CustomResourceDefinition, and `schema` is any value. */
  readonly structural?: StructuralSchema;
  readonly columns: readonly Column<T>[];
  readonly strategy: Strategy<T>;
  readonly subresources: readonly Subresource[];
  readonly scale?: ScaleSubresource;
  /** The resources that quotas charge the objects to. Without it they are counted by number only, as `count/<plural>.<group>`. */
  readonly quota?: QuotaRule<T>;
  /**
   * The prefix of the objects' keys in the store: `/registry/<storagePrefix>/…`. Kinds with one prefix share one storage
   * (`apps/v1beta2` Deployments are `apps/v1` Deployments): `storedAs` names the definition whose form is stored, with the conversion.
   */
  readonly storagePrefix: string;
  readonly storedAs?: StoredAs<T>;
  /** Set if objects are converted between the versions of the kind by somebody else; they are stored in any of them then. */
  readonly converter?: VersionConverter;
  /** A PUT of an object that is not there creates it (upstream's AllowCreateOnUpdate). Default: it is answered with 404. */
  readonly createdByUpdate?: true;
  /** Set if stored objects must be brought into the kind's form before they are served: its schema may have changed since. */
  readonly reading?: StoredReading;
  readonly deletion?: DeletionRules;
  /** Returns the pod that an object is or has a template of, for rules about pods. */
  podTemplate?(object: T): TemplatedPod | undefined;
  /** Fields that belong to no manager if they are written by the main resource (upstream's GetResetFields), beside the status. */
  readonly resetFields?: readonly string[];
  /** Rules of admission that come with the kind, about itself or about others. */
  readonly admission?: readonly KindAdmission[];
  /** Seconds after which the store drops an object that has not been written again. Default: it stays. */
  readonly timeToLiveSeconds?: number;
  /** Selectable fields whose values are indexed, for lists and watches alike. */
  readonly indexedFields?: readonly string[];
  /** The Go source in which upstream registers the kind, which errors about unknown types name. Default: that of the built-in kinds. */
  readonly scheme?: string;
  /** The reason not to use this version any more: sent as a `Warning:` header with every answer about it. */
  readonly deprecation?: string;
}

/** Converts objects between the versions of one kind, each of which has its own rules. All versions of a kind have the same converter. */
export interface VersionConverter {
  /** Differs if stored objects are to be read otherwise. */
  readonly id: string;
  /** The apiVersion that objects are written in; older ones may be stored in another. */
  readonly storedAs: string;
  /** Brings a stored object into the form of the version that it is stored in. It may be changed or returned as it is. */
  read(object: KubeObject): KubeObject;
  /** Converts an object, which stays as it is; one that has the apiVersion already is returned. @throws StatusError 500 */
  convert(object: KubeObject, apiVersion: string): KubeObject | Promise<KubeObject>;
}

/** The reading of objects from the store. */
export interface StoredReading {
  /** Differs if objects are read otherwise: those that have been read must be read anew. */
  readonly id: string;
  /** Returns a stored object in the kind's form. Its apiVersion tells the version that it was stored in; the result's is of no account. */
  read(object: KubeObject): KubeObject;
  /** Returns an object that came by another version as it is to be stored. */
  prune(object: KubeObject): KubeObject;
}

/**
 * Relation of a served version to the stored one. Both functions return new objects if they change something, or promises of them if the
 * conversion takes time.
 */
export interface StoredAs<T extends KubeObject> {
  readonly group: string;
  readonly version: string;
  toStored(object: T): KubeObject | Promise<KubeObject>;
  /** Returns an object of T, in the form in which it is served. */
  fromStored(object: KubeObject): KubeObject | Promise<KubeObject>;
  /** Rules for objects written by this version, if they differ from those of the stored one. They take the stored form. */
  readonly rules?: VersionRules;
}

export const ALL_VERBS: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

type Defaulted = 'singular' | 'shortNames' | 'categories' | 'verbs' | 'columns' | 'strategy' | 'subresources' | 'storagePrefix' | 'object';

/** Defines a kind. Omitted fields get the values that most kinds have. */
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

/** Whether a kind is a version of the other: of one group and plural. */
export const isKind = (asked: { group: string; plural: string }, kind: { group: string; plural: string }): boolean =>
  asked.plural === kind.plural && asked.group === kind.group;

/** Returns `v1` or `apps/v1`. */
export const apiVersionOf = (kind: { group: string; version: string }): string =>
  kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;

/** Returns the REST path of a collection or, with a name, of an object or subresource. */
export function pathOf(kind: Kind, namespace?: string, name?: string, subresource?: string): string {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const scope = kind.namespaced && namespace ? `${root}/namespaces/${namespace}` : root;
  const collection = `${scope}/${kind.plural}`;
  if (name === undefined) return collection;
  const object = `${collection}/${encodeURIComponent(name)}`;
  return subresource === undefined ? object : `${object}/${subresource}`;
}
