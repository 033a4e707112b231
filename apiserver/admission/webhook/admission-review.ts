import { randomUUID } from 'node:crypto';
import { builtInCodec } from '../../../api/definition/codec.ts';
import type { KindDefinition } from '../../../api/definition/kind.ts';
import { objectTypeOf } from '../../../api/definition/kind.ts';
import { Status } from '../../../api/meta/status.ts';
import type { Infer } from '../../../api/schema/fields.ts';
import { atomicList, boolean, bytes, map, ref, string, struct, topLevel } from '../../../api/schema/fields.ts';
import { structuralOf } from '../../../api/schema/structural.ts';
import type { AdmissionAttributes, AdmittedForm } from '../../contract/admission.ts';
import { OPERATIONS } from '../matching/rules.ts';
import { namespaceOf } from '../matching/selectors.ts';
import type { ReviewVersion } from './configured-webhook.ts';

const AdmissionResponse = struct('AdmissionResponse', 'The answer of a webhook.', {
  allowed: boolean('Whether the request is admitted.'),
  auditAnnotations: map(string(), 'Annotations for the audit event; their keys are prefixed with the name of the webhook.').optional(),
  patch: bytes('The patch.').optional(),
  patchType: string('JSONPatch, if there is a patch.', { presence: 'pointer', goType: 'PatchType' }).optional(),
  status: ref(Status, 'The reason of a refusal.').optional(),
  uid: string('The uid of the request.', { goType: 'UID' }),
  warnings: atomicList(string(), 'Warnings for the client.').optional(),
});
type AdmissionResponse = Infer<typeof AdmissionResponse>;

const AdmissionReview = topLevel('AdmissionReview', 'The question to a webhook, and its answer.', {
  response: ref(AdmissionResponse, 'The answer.').optional(),
});

const codecOfReviews = () => {
  codec ??= builtInCodec<Infer<typeof AdmissionReview>>(structuralOf(AdmissionReview));
  return codec;
};
let codec: ReturnType<typeof builtInCodec<Infer<typeof AdmissionReview>>> | undefined;

const GROUP = 'admission.k8s.io';
const typeText = (apiVersion: string, kind: string): string => `${apiVersion === '' ? '/' : apiVersion}, Kind=${kind}`;

/** A review that is posted to a webhook. */
export interface Review {
  readonly uid: string;
  readonly version: ReviewVersion;
  readonly body: object;
}

/** Makes the review of a request, shown in the form of a version of its resource. */
export function createReview(attributes: AdmissionAttributes, form: AdmittedForm, version: ReviewVersion): Review {
  const { kind, subresource, verb, user, key, dryRun, options } = attributes;
  const uid = randomUUID();
  const name = key.name || (attributes.object?.metadata?.name ?? '');
  const namespace = namespaceOf(attributes);
  return {
    uid,
    version,
    body: {
      kind: 'AdmissionReview',
      apiVersion: `${GROUP}/${version}`,
      request: {
        uid,
        kind: objectTypeOf(form.kind, subresource),
        resource: resourceOf(form.kind),
        ...(subresource === '' ? {} : { subResource: subresource }),
        requestKind: objectTypeOf(kind, subresource),
        requestResource: resourceOf(kind),
        ...(subresource === '' ? {} : { requestSubResource: subresource }),
        ...(name === '' ? {} : { name }),
        ...(namespace === '' ? {} : { namespace }),
        operation: OPERATIONS[verb],
        userInfo: {
          username: user.name,
          ...(user.uid === undefined ? {} : { uid: user.uid }),
          ...(user.groups.length === 0 ? {} : { groups: user.groups }),
          ...(user.extra === undefined ? {} : { extra: user.extra }),
        },
        object: form.object ?? null,
        oldObject: form.old ?? null,
        dryRun,
        options: options ?? null,
      },
    },
  };
}

const resourceOf = ({ group, version, plural }: KindDefinition) => ({ group, version, resource: plural });

/** An answer that keeps to the rules. */
export interface Verdict {
  readonly allowed: boolean;
  readonly status: AdmissionResponse['status'];
  /** Empty if there is none. */
  readonly patch: string;
  readonly patchType: string;
  readonly auditAnnotations: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

export type Verified = { readonly ok: true; readonly verdict: Verdict } | { readonly ok: false; readonly why: string };

/** Reads the answer to a review as upstream's VerifyAdmissionResponse does. */
export function verifiedAnswer(answer: unknown, { uid, version }: Review, isMutating: boolean): Verified {
  const wrong = (why: string): Verified => ({ ok: false, why });
  const decoded = codecOfReviews().decode(answer);
  if (!decoded.ok) return wrong(decoded.message);
  const { apiVersion = '', kind = '', response } = decoded.object;
  if (!response) return wrong('webhook response was absent');
  const { patch = '', patchType } = response;
  if (version === 'v1' && response.uid !== uid) return wrong(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid)}`);
  const expected = typeText(`${GROUP}/${version}`, 'AdmissionReview');
  const isUntyped = apiVersion === '' && kind === '';
  if (typeText(apiVersion, kind) !== expected && !(version === 'v1beta1' && isUntyped)) {
    return wrong(`expected webhook response of ${expected}, got ${typeText(apiVersion, kind)}`);
  }
  if (version === 'v1') {
    if (isMutating) {
      if (patch !== '' && patchType === undefined) return wrong('webhook returned response.patch but not response.patchType');
      if (patch === '' && patchType !== undefined) return wrong('webhook returned response.patchType but not response.patch');
      if (patchType === '') return wrong('webhook returned invalid response.patchType of ""');
    } else if (patch !== '') return wrong('validating webhook may not return response.patch');
    else if (patchType !== undefined) return wrong('validating webhook may not return response.patchType');
  }
  return {
    ok: true,
    verdict: {
      allowed: response.allowed ?? false,
      status: response.status,
      patch,
      // Webhooks of v1beta1 need not name the one type that there is.
      patchType: version === 'v1' ? (patchType ?? '') : 'JSONPatch',
      auditAnnotations: response.auditAnnotations ?? {},
      warnings: response.warnings ?? [],
    },
  };
}
