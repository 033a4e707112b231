import type { KindDefinition } from '../../api/definition/kind.ts';
import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';
import type { UserInfo } from './request.ts';

/** A write on its way to the store, as admission sees it. */
export interface AdmissionAttributes {
  readonly kind: KindDefinition;
  readonly key: ObjectKey;
  readonly verb: 'create' | 'update' | 'delete' | 'connect';
  /** Empty for the main resource. */
  readonly subresource: string;
  /** The object as it will be stored: decoded and defaulted; `admit` changes it in place. Undefined on delete. */
  readonly object: KubeObject | undefined;
  /** As stored now, on update and delete; immutable. */
  readonly old: Live | undefined;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** Adds a `Warning:` header to the answer. */
  readonly warn: (text: string) => void;
  /** Adds an annotation to the audit event of the request. */
  readonly annotate: (key: string, value: string) => void;
  /** Calls back once it is known whether the write was committed: for what was reserved in `admit` or `validate`. A dry run is not committed. */
  readonly onSettled: (callback: (committed: boolean) => void) => void;
}

/**
 * Has a say in every write, after authorisation and before validation (`admit`, may change the object) and after it (`validate`, may not).
 * Throws a StatusError to refuse. On update both run again when the write lost a race and is tried anew.
 */
export interface AdmissionPlugin {
  readonly name: string;
  /** Left out: everything. Asked once a kind, subresource and verb. */
  handles?(kind: KindDefinition, subresource: string, verb: AdmissionAttributes['verb']): boolean;
  admit?(attributes: AdmissionAttributes): void | Promise<void>;
  validate?(attributes: AdmissionAttributes): void | Promise<void>;
}
