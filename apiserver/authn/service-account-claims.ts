import { isObject } from '../../base/json.ts';
import type { UserInfo } from '../contract/request.ts';

export interface Reference {
  readonly name: string;
  readonly uid: string;
}

/** Kubernetes' own claims in a service-account token. */
export interface KubernetesClaims {
  readonly namespace: string;
  readonly serviceaccount: Reference;
  readonly pod?: Reference;
  readonly secret?: Reference;
  /** Beside a pod it is information, whose uid may be empty; alone it is the object that the token is bound to. */
  readonly node?: Reference;
  /** Seconds since the epoch, after which a use of the token is noted. */
  readonly warnafter?: number;
}

/** The claims of tokens that stand in Secrets, as clusters before TokenRequest issued them: without time, audience or id. */
export interface LegacyClaims {
  readonly namespace: string;
  readonly account: Reference;
  readonly secret: string;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function referenceOf(value: unknown): Reference | undefined {
  if (!isObject(value)) return undefined;
  return { name: textOf(value.name), uid: textOf(value.uid) };
}

/** Reads the claims under `kubernetes.io`; what is missing is empty, and matches no object. */
export function kubernetesClaimsOf(payload: Readonly<Record<string, unknown>>): KubernetesClaims {
  const own = payload['kubernetes.io'];
  const claims = isObject(own) ? own : {};
  const [pod, secret, node] = [referenceOf(claims.pod), referenceOf(claims.secret), referenceOf(claims.node)];
  return {
    namespace: textOf(claims.namespace),
    serviceaccount: referenceOf(claims.serviceaccount) ?? { name: '', uid: '' },
    ...(pod && { pod }),
    ...(secret && { secret }),
    ...(node && { node }),
    ...(typeof claims.warnafter === 'number' ? { warnafter: claims.warnafter } : {}),
  };
}

export const LEGACY_ISSUER = 'kubernetes/serviceaccount';

/** Reads a legacy token's claims; returns the reason if one is missing (pkg/serviceaccount/legacy.go). */
export function legacyClaimsOf(payload: Readonly<Record<string, unknown>>): LegacyClaims | { readonly error: string } {
  const claim = (name: string) => textOf(payload[`kubernetes.io/serviceaccount/${name}`]);
  const sub = textOf(payload.sub);
  const [namespace, secret, name, uid] = [claim('namespace'), claim('secret.name'), claim('service-account.name'), claim('service-account.uid')];
  if (sub === '') return { error: 'sub claim is missing' };
  if (namespace === '') return { error: 'namespace claim is missing' };
  if (secret === '') return { error: 'secretName claim is missing' };
  if (name === '') return { error: 'serviceAccountName claim is missing' };
  if (uid === '') return { error: 'serviceAccountUID claim is missing' };
  if (sub !== `system:serviceaccount:${namespace}:${name}`) return { error: 'sub claim is invalid' };
  return { namespace, account: { name, uid }, secret };
}

export const serviceAccountUser = (namespace: string, name: string, uid?: string): UserInfo => ({
  name: `system:serviceaccount:${namespace}:${name}`,
  ...(uid === undefined ? {} : { uid }),
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
});

/** The user that a token's claims name; `id` is the token's own. */
export function userOfClaims({ namespace, serviceaccount, pod, node }: KubernetesClaims, id: string): UserInfo {
  const extra: Record<string, string[]> = {};
  if (id !== '') extra['authentication.kubernetes.io/credential-id'] = [`JTI=${id}`];
  if (node && node.name !== '') {
    extra['authentication.kubernetes.io/node-name'] = [node.name];
    if (node.uid !== '') extra['authentication.kubernetes.io/node-uid'] = [node.uid];
  }
  if (pod && pod.name !== '' && pod.uid !== '') {
    extra['authentication.kubernetes.io/pod-name'] = [pod.name];
    extra['authentication.kubernetes.io/pod-uid'] = [pod.uid];
  }
  const user = serviceAccountUser(namespace, serviceaccount.name, serviceaccount.uid);
  return Object.keys(extra).length === 0 ? user : { ...user, extra };
}
