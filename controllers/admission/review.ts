import type { KubeObject } from '../../api/meta/object.ts';
import type { Status } from '../../api/meta/status.ts';
import type { StatusError } from '../../api/meta/status-error.ts';
import { isObject } from '../../base/json.ts';

/** The part of an AdmissionRequest (admission.k8s.io/v1) that decisions are made by. */
export interface AdmissionRequest {
  readonly uid: string;
  readonly group: string;
  readonly plural: string;
  /** Empty for the object itself. */
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly operation: string;
  readonly dryRun: boolean;
  readonly object: KubeObject | undefined;
  readonly old: KubeObject | undefined;
}

/** The decision about a request. */
export type Decision = { readonly allowed: true; readonly warnings?: readonly string[] } | { readonly allowed: false; readonly error: StatusError };

export const ALLOWED: Decision = { allowed: true };

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Reads the request of an AdmissionReview v1; returns undefined if the value is none. */
export function requestOf(review: unknown): AdmissionRequest | undefined {
  if (!isObject(review) || review.kind !== 'AdmissionReview' || review.apiVersion !== 'admission.k8s.io/v1') return undefined;
  const { request } = review;
  if (!isObject(request) || !isObject(request.resource) || textOf(request.uid) === '') return undefined;
  const object = isObject(request.object) ? request.object : undefined;
  const old = isObject(request.oldObject) ? request.oldObject : undefined;
  const metadata = isObject(object?.metadata) ? object.metadata : {};
  return {
    uid: textOf(request.uid),
    group: textOf(request.resource.group),
    plural: textOf(request.resource.resource),
    subresource: textOf(request.subResource),
    namespace: textOf(request.namespace),
    name: textOf(request.name) || textOf(metadata.name),
    operation: textOf(request.operation),
    dryRun: request.dryRun === true,
    object,
    old,
  };
}

/** Returns the AdmissionReview that answers a request. */
export function answerTo({ uid }: Pick<AdmissionRequest, 'uid'>, decision: Decision): object {
  const response: { uid: string; allowed: boolean; status?: Status; warnings?: readonly string[] } = { uid, allowed: decision.allowed };
  if (!decision.allowed) response.status = decision.error.toStatus();
  else if (decision.warnings && decision.warnings.length > 0) response.warnings = decision.warnings;
  return { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', response };
}
