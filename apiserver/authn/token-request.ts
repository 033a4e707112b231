import type { BoundObjectReference, TokenRequest } from '../../api/kinds/authentication/token-request.ts';
import { DEFAULT_SECONDS, tokenRequests, validateTokenRequest } from '../../api/kinds/authentication/token-request.ts';
import { nodes } from '../../api/kinds/core/node/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { secrets } from '../../api/kinds/core/secret.ts';
import { serviceAccounts } from '../../api/kinds/core/service-account.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { errors } from '../../api/meta/status-error.ts';
import { invalid } from '../../api/schema/field-error.ts';
import { timeText } from '../../base/clock.ts';
import type { SubresourceHandler, SubresourceRequest } from '../contract/subresource.ts';
import { created, reviewOf } from './review.ts';
import type { ServiceAccountTokens, TokenSpec } from './service-account-token.ts';

/** The seconds that kubelet asks for, by which upstream recognises tokens that clients may not know to read again. */
const EXTENDED_REQUEST_SECONDS = 3607;
const YEAR_SECONDS = 365 * 24 * 3600;

export interface TokenRequestPolicy {
  /** Tokens for pods that last an hour are issued for a year, and noted when they are used after the hour. Default true, as upstream. */
  readonly extend?: boolean;
  /** The longest life of a token in seconds; longer ones are shortened, with a warning. */
  readonly maxSeconds?: number;
}

type Bound = Pick<TokenSpec, 'pod' | 'secret' | 'node'>;

const referenceTo = (object: Live<KubeObject>) => ({ name: object.metadata.name, uid: object.metadata.uid });

/** Group and version of a reference; one that has no such form counts as none (schema.FromAPIVersionAndKind). */
function groupVersionOf(apiVersion: string): { readonly group: string; readonly version: string } {
  const parts = apiVersion.split('/');
  const [first = '', second] = parts;
  if (parts.length > 2) return { group: '', version: '' };
  return second === undefined ? { group: '', version: first } : { group: first, version: second };
}

/** Resolves the object that a token is to be bound to: it must exist, with the UID asked for; a pod must run under the service account. */
function boundTo(reference: BoundObjectReference, { key, storage }: SubresourceRequest): Bound {
  const { name = '', kind = '', uid } = reference;
  const { group, version } = groupVersionOf(reference.apiVersion ?? '');
  const checked = <T extends KubeObject>(object: Live<T> | undefined, plural: string): Live<T> => {
    if (!object) throw errors.notFound({ group: '', plural, kind }, name);
    return object;
  };
  const matching = <T extends KubeObject>(object: Live<T>): Live<T> => {
    if (!uid || uid === object.metadata.uid) return object;
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw errors.conflict({ group, plural: kind, kind }, name, why);
  };
  switch (group === '' ? kind : '') {
    case 'Pod': {
      const pod = checked(storage.get(pods, { namespace: key.namespace, name }), 'pods');
      if ((pod.spec?.serviceAccountName ?? '') !== key.name) {
        throw errors.badRequest(
          `cannot bind token for serviceaccount ${JSON.stringify(key.name)} to pod running with different serviceaccount name.`,
        );
      }
      const { nodeName } = matching(pod).spec ?? {};
      if (!nodeName) return { pod: referenceTo(pod) };
      const node = storage.get(nodes, { namespace: '', name: nodeName });
      return { pod: referenceTo(pod), node: node ? referenceTo(node) : { name: nodeName } };
    }
    case 'Node':
      return { node: referenceTo(matching(checked(storage.get(nodes, { namespace: '', name }), 'nodes'))) };
    case 'Secret':
      return { secret: referenceTo(matching(checked(storage.get(secrets, { namespace: key.namespace, name }), 'secrets'))) };
    default:
      throw errors.badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`);
  }
}

/** Name and namespace may be left out of the body; otherwise they must be those of the path. @throws StatusError 422. */
function checkIdentity({ metadata }: TokenRequest, { key }: SubresourceRequest): void {
  for (const field of ['name', 'namespace'] as const) {
    const given = metadata?.[field];
    if (!given || given === key[field]) continue;
    const what = field === 'name' ? 'name' : 'namespace';
    throw errors.invalid(tokenRequests, key.name, [invalid(`metadata.${field}`, given, `must match the service account ${what} if specified`)]);
  }
}

/** A UID in the body is that of the service account that is meant: not of one of the same name. @throws StatusError 409. */
function checkUid({ metadata }: TokenRequest, account: Live<KubeObject>): void {
  const { uid, name } = account.metadata;
  if (!metadata?.uid || metadata.uid === uid) return;
  const why = `the UID in the token request (${metadata.uid}) does not match the UID of the service account (${uid})`;
  throw errors.conflict({ group: 'authentication.k8s.io', plural: 'TokenRequest', kind: 'TokenRequest' }, name, why);
}

/** Issues tokens at `serviceaccounts/NAME/token` (TokenRequest): bound to pod, secret or node where asked, an hour unless asked otherwise. */
export function tokenRequestHandler(tokens: ServiceAccountTokens, { extend = true, maxSeconds }: TokenRequestPolicy = {}): SubresourceHandler {
  /** Cuts a life that is too long. */
  function allowed(seconds: number, request: SubresourceRequest): number {
    if (maxSeconds === undefined || seconds <= maxSeconds) return seconds;
    request.warnings.push(`requested expiration of ${seconds} seconds shortened to ${maxSeconds} seconds`);
    return maxSeconds;
  }

  return {
    group: '',
    plural: 'serviceaccounts',
    subresource: 'token',
    verbs: ['create'],
    async handle(request) {
      const body = await reviewOf(request, tokenRequests);
      await request.track(tokenRequests, body);
      checkIdentity(body, request);
      const { namespace, name } = request.key;
      const account = request.storage.get(serviceAccounts, request.key);
      if (!account) throw errors.notFound(serviceAccounts, name);
      checkUid(body, account);
      const faults = validateTokenRequest(body);
      if (faults.length > 0) throw errors.invalid(tokenRequests, '', faults);
      await request.admit({ verb: 'create', object: body, old: undefined });
      const { expirationSeconds = DEFAULT_SECONDS, audiences: asked = [], boundObjectRef } = body.spec ?? {};
      const audiences = asked.length > 0 ? asked : tokens.apiAudiences;
      const bound = boundObjectRef ? boundTo(boundObjectRef, request) : {};
      const seconds = allowed(expirationSeconds, request);
      const isForServer = audiences.every((audience) => tokens.apiAudiences.includes(audience));
      const extended = extend && bound.pod !== undefined && seconds === EXTENDED_REQUEST_SECONDS && isForServer;
      const { token, id, issued } = await tokens.issue({
        namespace,
        serviceaccount: { name, uid: account.metadata.uid },
        ...bound,
        audiences,
        seconds: extended ? YEAR_SECONDS : seconds,
        ...(extended ? { warnAfterSeconds: seconds } : {}),
      });
      request.annotate('authentication.kubernetes.io/issued-credential-id', `JTI=${id}`);
      return created({
        ...body,
        kind: 'TokenRequest',
        apiVersion: 'authentication.k8s.io/v1',
        metadata: { ...body.metadata, name, namespace, uid: account.metadata.uid, creationTimestamp: timeText(issued) },
        spec: { audiences: [...audiences], expirationSeconds: seconds, ...(boundObjectRef ? { boundObjectRef } : {}) },
        status: { token, expirationTimestamp: timeText(issued + seconds * 1000) },
      });
    },
  };
}
