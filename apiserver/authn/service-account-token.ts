import { createHash, createPrivateKey, createPublicKey, type KeyObject, randomUUID } from 'node:crypto';
import type { Kind } from '../../api/definition/kind.ts';
import { nodes } from '../../api/kinds/core/node/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { secrets } from '../../api/kinds/core/secret.ts';
import { serviceAccounts } from '../../api/kinds/core/service-account.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import type { Clock } from '../../base/clock.ts';
import { isObject } from '../../base/json.ts';
import type { UserInfo } from '../contract/request.ts';
import type { StorageAccess } from '../contract/storage-access.ts';

interface Reference {
  readonly name: string;
  readonly uid: string;
}

/** Kubernetes' own claims in a service-account token. */
interface KubernetesClaims {
  readonly namespace: string;
  readonly serviceaccount: Reference;
  readonly pod?: Reference;
  readonly secret?: Reference;
  readonly node?: Reference;
}

export interface TokenSpec extends KubernetesClaims {
  /** Default: the API server's own. */
  readonly audiences?: readonly string[];
  readonly seconds: number;
}

/** A token whose signature, times and audience have been checked. */
export interface VerifiedToken {
  readonly id: string;
  readonly audiences: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly expires: number;
  readonly claims: KubernetesClaims;
}

export interface ServiceAccountTokens {
  readonly issuer: string;
  /** The audiences the API server itself answers to. */
  readonly apiAudiences: readonly string[];
  issue(spec: TokenSpec): Promise<{ readonly token: string; readonly expires: number }>;
  /** Returns undefined for a foreign, altered or expired token. Does not look at the object that the token is bound to. */
  verify(token: string): Promise<VerifiedToken | undefined>;
  /** The public keys as a JSON Web Key Set. */
  jwks(): { readonly keys: readonly object[] };
}

function referenceOf(value: unknown): Reference | undefined {
  const { name, uid } = isObject(value) ? value : {};
  return typeof name === 'string' && typeof uid === 'string' ? { name, uid } : undefined;
}

function claimsOf(value: unknown): KubernetesClaims | undefined {
  const claims = isObject(value) ? value : {};
  const serviceaccount = referenceOf(claims.serviceaccount);
  if (!serviceaccount || typeof claims.namespace !== 'string') return undefined;
  const [pod, secret, node] = [referenceOf(claims.pod), referenceOf(claims.secret), referenceOf(claims.node)];
  return { namespace: claims.namespace, serviceaccount, ...(pod && { pod }), ...(secret && { secret }), ...(node && { node }) };
}

/** The key's id as upstream makes it: base64url of the SHA-256 of the public key's DER. */
const keyId = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
const algorithmOf = (key: KeyObject): 'ES256' | 'RS256' => (key.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256');

/**
 * Issues and verifies service-account tokens (JWT, ES256 or RS256 by the key's type; further public keys verify tokens of keys replaced).
 * The JWT library is loaded with the first token.
 */
export function serviceAccountTokens(options: {
  /** PEM of the private key that signs. */
  readonly signingKey: string;
  /** PEM of older keys whose tokens still count. */
  readonly olderKeys?: readonly string[];
  readonly issuer?: string;
  readonly apiAudiences?: readonly string[];
  readonly clock: Clock;
}): ServiceAccountTokens {
  const issuer = options.issuer ?? 'https://kubernetes.default.svc.cluster.local';
  const apiAudiences = options.apiAudiences ?? [issuer];
  const signingKey = createPrivateKey(options.signingKey);
  const publicKeys = [options.signingKey, ...(options.olderKeys ?? [])].map((pem) => createPublicKey(pem));
  const byId = new Map(publicKeys.map((key) => [keyId(key), key]));
  const [current] = byId.keys();
  return {
    issuer,
    apiAudiences,
    async issue(spec) {
      const { SignJWT } = await import('jose');
      const now = Math.floor(options.clock.now() / 1000);
      const { audiences = apiAudiences, seconds, ...claims } = spec;
      const token = await new SignJWT({ 'kubernetes.io': claims })
        .setProtectedHeader({ alg: algorithmOf(signingKey), kid: current ?? '' })
        .setIssuer(issuer)
        .setSubject(`system:serviceaccount:${spec.namespace}:${spec.serviceaccount.name}`)
        .setAudience([...audiences])
        .setIssuedAt(now)
        .setNotBefore(now)
        .setExpirationTime(now + seconds)
        .setJti(randomUUID())
        .sign(signingKey);
      return { token, expires: (now + seconds) * 1000 };
    },
    async verify(token) {
      const { jwtVerify } = await import('jose');
      try {
        const { payload } = await jwtVerify(token, (header) => byId.get(header.kid ?? '') ?? Promise.reject(new Error('unknown key')), {
          issuer,
          currentDate: new Date(options.clock.now()),
          requiredClaims: ['exp', 'aud', 'sub'],
          algorithms: ['ES256', 'RS256'],
        });
        const claims = claimsOf(payload['kubernetes.io']);
        if (!claims || payload.sub !== `system:serviceaccount:${claims.namespace}:${claims.serviceaccount.name}`) return undefined;
        const audiences = typeof payload.aud === 'string' ? [payload.aud] : (payload.aud ?? []);
        return { id: payload.jti ?? '', audiences, notBefore: (payload.nbf ?? 0) * 1000, expires: (payload.exp ?? 0) * 1000, claims };
      } catch {
        return undefined;
      }
    },
    jwks: () => ({
      keys: publicKeys.map((key) => ({ use: 'sig', ...key.export({ format: 'jwk' }), kid: keyId(key), alg: algorithmOf(key) })),
    }),
  };
}

export const serviceAccountUser = (namespace: string, name: string, uid?: string): UserInfo => ({
  name: `system:serviceaccount:${namespace}:${name}`,
  ...(uid === undefined ? {} : { uid }),
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
});

/** A bound object may be terminating this long before its tokens are refused (upstream's grace for pods being deleted). */
const DELETION_LEEWAY_MS = 60_000;

/**
 * Whether the service account of a token and the object that the token is bound to still exist with the same UIDs.
 * A terminating object counts until a minute after its grace period ended, as upstream has it.
 */
export function isTokenGood({ claims }: VerifiedToken, objects: Pick<StorageAccess, 'get'>, now: number): boolean {
  const { namespace, serviceaccount, pod, secret, node } = claims;
  const stands = <T extends KubeObject>(kind: Kind<T>, reference: Reference | undefined): boolean => {
    if (!reference) return true;
    const object = objects.get(kind, { namespace: kind.namespaced ? namespace : '', name: reference.name });
    if (object?.metadata.uid !== reference.uid) return false;
    const deletion = object.metadata.deletionTimestamp;
    return !deletion || now < Date.parse(deletion) + DELETION_LEEWAY_MS;
  };
  // A node beside a pod is information; alone it is the object that the token is bound to.
  const boundNode = pod ? undefined : node;
  return stands(serviceAccounts, serviceaccount) && stands(pods, pod) && stands(secrets, secret) && stands(nodes, boundNode);
}

/** The user that a token's claims name. */
export function userOfToken({ id, claims: { namespace, serviceaccount, pod, node } }: VerifiedToken): UserInfo {
  const extra: Record<string, string[]> = {};
  if (id !== '') extra['authentication.kubernetes.io/credential-id'] = [`JTI=${id}`];
  for (const [name, reference] of Object.entries({ pod, node })) {
    if (!reference) continue;
    extra[`authentication.kubernetes.io/${name}-name`] = [reference.name];
    extra[`authentication.kubernetes.io/${name}-uid`] = [reference.uid];
  }
  return { ...serviceAccountUser(namespace, serviceaccount.name, serviceaccount.uid), extra };
}
