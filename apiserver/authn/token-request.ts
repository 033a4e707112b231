import type { TokenRequest } from '../../api/kinds/authentication/token-request.ts';
import { DEFAULT_SECONDS, TokenRequest as TokenRequestSchema, validateTokenRequest } from '../../api/kinds/authentication/token-request.ts';
import { nodes } from '../../api/kinds/core/node/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { secrets } from '../../api/kinds/core/secret.ts';
import { serviceAccounts } from '../../api/kinds/core/service-account.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { errors } from '../../api/meta/status-error.ts';
import { timeText } from '../../base/clock.ts';
import type { SubresourceHandler, SubresourceRequest } from '../contract/subresource.ts';
import { created, decoded } from './review.ts';
import type { ServiceAccountTokens, TokenSpec } from './service-account-token.ts';

const KIND = { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', plural: 'tokenrequests' };

type Bound = Pick<TokenSpec, 'pod' | 'secret' | 'node'>;

const referenceTo = (object: Live<KubeObject>) => ({ name: object.metadata.name, uid: object.metadata.uid });

/** Resolves the object that a token is to be bound to: it must exist, with the UID asked for; a pod must run under the service account. */
function boundTo(reference: NonNullable<NonNullable<TokenRequest['spec']>['boundObjectRef']>, { key, storage }: SubresourceRequest): Bound {
  const name = reference.name ?? '';
  const checked = <T extends KubeObject>(object: Live<T> | undefined, kind: { group: string; plural: string; kind: string }): Live<T> => {
    if (!object) throw errors.notFound(kind, name);
    if (!reference.uid || reference.uid === object.metadata.uid) return object;
    const why = `the UID in the bound object reference (${reference.uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw errors.conflict(kind, name, why);
  };
  const version = reference.apiVersion ?? 'v1';
  if (version === 'v1' && reference.kind === 'Pod') {
    const pod = checked(storage.get(pods, { namespace: key.namespace, name }), pods);
    if ((pod.spec?.serviceAccountName ?? '') !== key.name) {
      throw errors.badRequest(`cannot bind token for serviceaccount "${key.name}" to pod running with different serviceaccount name.`);
    }
    const node = pod.spec?.nodeName ? storage.get(nodes, { namespace: '', name: pod.spec.nodeName }) : undefined;
    return { pod: referenceTo(pod), ...(node && { node: referenceTo(node) }) };
  }
  if (version === 'v1' && reference.kind === 'Node') return { node: referenceTo(checked(storage.get(nodes, { namespace: '', name }), nodes)) };
  if (version === 'v1' && reference.kind === 'Secret') {
    return { secret: referenceTo(checked(storage.get(secrets, { namespace: key.namespace, name }), secrets)) };
  }
  throw errors.badRequest(`cannot bind token to object of type ${version}, Kind=${reference.kind ?? ''}`);
}

/** Issues tokens at `serviceaccounts/NAME/token` (TokenRequest): bound to pod, secret or node where asked, an hour unless asked otherwise. */
export function tokenRequestHandler(tokens: ServiceAccountTokens): SubresourceHandler {
  return {
    group: '',
    plural: 'serviceaccounts',
    subresource: 'token',
    verbs: ['create'],
    async handle(request) {
      const body = decoded(TokenRequestSchema, request.body(), KIND);
      const account = request.storage.get(serviceAccounts, request.key);
      if (!account) throw errors.notFound(serviceAccounts, request.key.name);
      await request.admit({ verb: 'create', object: body, old: undefined });
      const { expirationSeconds = DEFAULT_SECONDS, audiences = [], boundObjectRef } = body.spec ?? {};
      const faults = validateTokenRequest(body);
      if (faults.length > 0) throw errors.invalid(KIND, request.key.name, faults);
      const asked = audiences.length > 0 ? audiences : tokens.apiAudiences;
      const { namespace, name } = request.key;
      const spec = { namespace, audiences: asked, seconds: expirationSeconds, serviceaccount: { name, uid: account.metadata.uid } };
      const { token, expires } = await tokens.issue({ ...spec, ...(boundObjectRef ? boundTo(boundObjectRef, request) : {}) });
      return created({
        ...body,
        kind: 'TokenRequest',
        apiVersion: 'authentication.k8s.io/v1',
        metadata: { ...body.metadata, name, namespace, creationTimestamp: timeText(expires - expirationSeconds * 1000) },
        spec: { audiences: [...asked], expirationSeconds, ...(boundObjectRef ? { boundObjectRef } : {}) },
        status: { token, expirationTimestamp: timeText(expires) },
      });
    },
  };
}
