import type { KindDefinition, Verb } from '../../api/definition/kind.ts';
import type { DeleteOptions } from '../../api/meta/delete-options.ts';
import type { KubeObject, ObjectKey } from '../../api/meta/object.ts';
import type { AdmissionAttributes } from './admission.ts';
import type { ApiRequest, ApiResponse, UserInfo } from './request.ts';
import type { RequestInfo } from './request-info.ts';
import type { StorageAccess } from './storage-access.ts';

/** A request to a subresource, or to a kind that is not stored, after authorisation. */
export interface SubresourceRequest {
  readonly request: ApiRequest;
  readonly info: RequestInfo;
  readonly user: UserInfo;
  /** The parent's kind. */
  readonly kind: KindDefinition;
  readonly key: ObjectKey;
  readonly verb: Verb;
  readonly dryRun: boolean;
  /** Texts for `Warning:` headers. */
  readonly warnings: string[];
  /** Takes a remark for the audit event. */
  readonly annotate: (key: string, value: string) => void;
  /** Decodes the body as plain JSON; returns undefined if there is none. @throws StatusError 400, 413, 415. */
  readonly body: () => unknown;
  /** The stored objects, past authorisation and admission. */
  readonly storage: StorageAccess;
  /** Runs the admission plugins (`connect` for exec and its like) over the subresource's object, which they may change in place. */
  readonly admit: (attributes: Pick<AdmissionAttributes, 'verb' | 'object' | 'old'>) => Promise<void>;
  /** Notes the creator of an object of a kind that is not stored in its metadata.managedFields, in place. */
  readonly track: (kind: KindDefinition, object: KubeObject) => Promise<void>;
  /** Deletes the parent object as DELETE would: with its grace period, finalizers and admission. */
  readonly remove: (options: DeleteOptions) => Promise<void>;
}

/** Serves one subresource of one kind; with an empty `subresource` a kind that is not stored (TokenReview …). */
export interface SubresourceHandler {
  readonly group: string;
  readonly plural: string;
  readonly subresource: string;
  /** Default: all verbs. */
  readonly verbs?: readonly Verb[];
  handle(request: SubresourceRequest): Promise<ApiResponse>;
}
