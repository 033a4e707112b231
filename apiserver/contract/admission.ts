import type { KindDefinition } from '../../api/definition/kind.ts';
import type { DeleteOptions } from '../../api/meta/delete-options.ts';
import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';
import type { UserInfo } from './request.ts';

/** An operation that is admitted; upstream's CREATE, UPDATE, DELETE and CONNECT. A patch is an update, or a create. */
export type AdmissionVerb = 'create' | 'update' | 'delete' | 'connect';

/** The options of an operation, as given (metav1.CreateOptions, UpdateOptions, DeleteOptions); a patch has those of the operation that it is. */
export interface AdmissionOptions extends DeleteOptions {
  readonly apiVersion: 'meta.k8s.io/v1';
  readonly kind: 'CreateOptions' | 'UpdateOptions' | 'DeleteOptions';
  readonly fieldManager?: string;
  readonly fieldValidation?: string;
}

/** An object and its old state in the form of a kind. */
export interface AdmittedForm {
  readonly kind: KindDefinition;
  readonly object: KubeObject | undefined;
  readonly old: Live | undefined;
}

/**
 * A write on its way to the store, as admission sees it: as it was requested. One object accompanies a write through all phases; functions
 * that are properties may be detached from it, methods may not.
 */
export interface AdmissionAttributes {
  /** The resource that was requested: group, version and plural. For a subresource its parent. */
  readonly kind: KindDefinition;
  /** Empty for the main resource. */
  readonly subresource: string;
  /** The type of `object`: that of `kind`, or of the subresource (Scale, Binding …). */
  readonly objectKind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly key: ObjectKey;
  readonly verb: AdmissionVerb;
  /** The verb that the request was authorised for: `patch` where `verb` is `update` or `create`. */
  readonly requestVerb: string;
  /** Undefined on connect. */
  readonly options: AdmissionOptions | undefined;
  readonly dryRun: boolean;
  readonly user: UserInfo;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
  /**
   * The object in the requested form, decoded and defaulted; undefined on delete. Mutating phases change it in place, or `replace` it.
   * Validating phases see it as it will be stored.
   */
  readonly object: KubeObject | undefined;
  /** The state that is stored now, in the requested form, on update and delete; immutable. */
  readonly old: Live | undefined;
  /** Whether the mutating phases run for the second time, after `reinvoke`. */
  readonly isReinvocation: boolean;
  /** Returns the write in the form that is stored; it is converted when asked for, and at hand in validating phases. */
  stored(): AdmittedForm | Promise<AdmittedForm>;
  /** Returns the write in another version of the same storage, for rules that match equivalent resources. @throws Error for other kinds. */
  inVersion(kind: KindDefinition): AdmittedForm | Promise<AdmittedForm>;
  /** Puts another object in the place of `object`, in mutating phases; `kind` names its version if that is not the requested one. */
  replace(object: KubeObject, kind?: KindDefinition): void | Promise<void>;
  /** Has the mutating phases run once more when they are through (reinvocationPolicy IfNeeded). */
  reinvoke(): void;
  /** Adds a `Warning:` header to the answer. */
  readonly warn: (text: string) => void;
  /**
   * Adds an annotation to the audit event of the request; the first value of a key holds. It is logged from `level` on; default: every level.
   */
  readonly annotate: (key: string, value: string, level?: 'Request') => void;
  /** Calls back once it is known whether the write was committed, to settle what was reserved. A dry run is not committed. */
  readonly onSettled: (callback: (committed: boolean) => void) => void;
}

/**
 * The place of a plugin within each pass; quota is last, so that nothing is charged for a write that others refuse. What is allocated is given
 * once, when nobody changes the object any more.
 */
export type AdmissionPlace = 'builtin' | 'policy' | 'webhook' | 'allocation' | 'quota';

/** The phases of admission, in this order; the schema is checked between the mutating and the validating ones. */
export type AdmissionPhase =
  | 'mutation'
  | 'mutating policies'
  | 'mutating webhooks'
  | 'allocation'
  | 'validation'
  | 'validating policies'
  | 'validating webhooks'
  | 'quota';

/**
 * A rule that every write must pass, after authorisation: before validation by the schema (`admit`, which may change the object) and after it
 * (`validate`, which may not). It throws a StatusError to refuse. On update both run again if the write lost a race and is tried anew.
 */
export interface AdmissionPlugin {
  readonly name: string;
  /** Default: `builtin`. Plugins of one place run in the order of the list that they stand in. */
  readonly place?: AdmissionPlace;
  /** Set if `validate` goes by `stored` alone: `object` and `old` may be in that form then, and need not be converted for it. */
  readonly validatesStored?: true;
  /** Default: everything. Asked once per kind, subresource and verb. */
  handles?(kind: KindDefinition, subresource: string, verb: AdmissionVerb): boolean;
  admit?(attributes: AdmissionAttributes): void | Promise<void>;
  validate?(attributes: AdmissionAttributes): void | Promise<void>;
}

/** The function of a plugin that is run, and the part of admission that all plugins' functions of the name make up. */
export type AdmissionStep = 'admit' | 'validate';

/** The record of the durations of one plugin, or of all together, in one step of one operation. */
export interface AdmissionTimes {
  record(milliseconds: number, isRejected: boolean): void;
}

/** Records of durations. They are made once: a plugin's is kept with it. */
export interface AdmissionMetrics {
  /** Returns the record of all plugins together. */
  step(step: AdmissionStep, verb: AdmissionVerb): AdmissionTimes;
  /** Returns the record of the plugins of one name. */
  controller(name: string, step: AdmissionStep, verb: AdmissionVerb): AdmissionTimes;
}
