import type { KeyObject } from 'node:crypto';
import { createHash, createPrivateKey, createPublicKey, randomUUID } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { isObject } from '../../base/json.ts';
import type { KubernetesClaims, LegacyClaims, Reference } from './service-account-claims.ts';
import { kubernetesClaimsOf, LEGACY_ISSUER, legacyClaimsOf } from './service-account-claims.ts';
import type { TokenRefusal } from './token-outcome.ts';

export { serviceAccountUser } from './service-account-claims.ts';

export interface TokenSpec {
  readonly namespace: string;
  readonly serviceaccount: Reference;
  readonly pod?: Reference;
  readonly secret?: Reference;
  /** The uid is left out if the node is not known. */
  readonly node?: { readonly name: string; readonly uid?: string };
  /** Default: the API server's own. */
  readonly audiences?: readonly string[];
  readonly seconds: number;
  /** Seconds after which uses of the token are noted. Default: never. */
  readonly warnAfterSeconds?: number;
}

/** A token whose signature has been checked; not its times, its audience, and the objects that it is bound to. */
export interface VerifiedToken {
  readonly id: string;
  readonly subject: string;
  /** None: those of the API server. */
  readonly audiences: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  /** Infinity for a token without end. */
  readonly expires: number;
  readonly claims: { readonly kubernetes: KubernetesClaims } | { readonly legacy: LegacyClaims };
}

export interface IssuedToken {
  readonly token: string;
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly issued: number;
}

export interface ServiceAccountTokens {
  /** The issuer of new tokens. */
  readonly issuer: string;
  /** All issuers whose tokens count. */
  readonly issuers: readonly string[];
  /** The audiences the API server itself answers to. */
  readonly apiAudiences: readonly string[];
  issue(spec: TokenSpec): Promise<IssuedToken>;
  /** Returns undefined for a token of another issuer, and the reason for one whose signature is wrong. */
  verify(token: string): Promise<VerifiedToken | TokenRefusal | undefined>;
  /** The public keys as a JSON Web Key Set. */
  jwks(): { readonly keys: readonly object[] };
}

export interface ServiceAccountTokenOptions {
  /** PEM of the private key that signs. */
  readonly signingKey: string;
  /** PEM of further keys, public or private, whose tokens count. */
  readonly olderKeys?: readonly string[];
  /** The first one issues; tokens of the others count. */
  readonly issuers?: readonly string[];
  /** Default: the first issuer. */
  readonly apiAudiences?: readonly string[];
  readonly clock: Clock;
}

/** The key's id as upstream makes it: base64url of the SHA-256 of the public key's DER. */
const keyId = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('base64url');

const CURVES: Readonly<Record<string, string>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' };

/** @throws Error for a key that no service-account token can be signed with. */
function algorithmOf(key: KeyObject): string {
  if (key.asymmetricKeyType === 'rsa') return 'RS256';
  const algorithm = key.asymmetricKeyType === 'ec' ? CURVES[key.asymmetricKeyDetails?.namedCurve ?? ''] : undefined;
  if (algorithm) return algorithm;
  throw new Error('a service-account key must be an RSA key, or an EC key on the curve P-256, P-384 or P-521');
}

interface PublicKey {
  readonly id: string;
  readonly key: KeyObject;
  readonly algorithm: string;
}

function publicKeysOf(pems: readonly string[]): readonly PublicKey[] {
  const keys = pems.map((pem) => createPublicKey(pem)).map((key) => ({ id: keyId(key), key, algorithm: algorithmOf(key) }));
  return [...new Map(keys.map((key) => [key.id, key])).values()];
}

/** The part of a token between its dots, decoded; undefined if it is no JSON object in base64url. Not verified. */
function partOf(part: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (part === undefined || !/^[A-Za-z0-9_-]+$/.test(part)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Header and payload of a JSON Web Token, not verified; undefined for any other text. */
export function unverifiedToken(token: string) {
  const parts = token.split('.', 4);
  if (parts.length !== 3) return undefined;
  const [header, payload] = [partOf(parts[0]), partOf(parts[1])];
  return header && payload && { header, payload };
}

const millisecondsOf = (seconds: unknown, otherwise: number): number => (typeof seconds === 'number' ? seconds * 1000 : otherwise);

function verified(payload: Readonly<Record<string, unknown>>, legacy: boolean): VerifiedToken | TokenRefusal {
  const { aud, jti, sub, nbf, exp } = payload;
  const audiences = typeof aud === 'string' ? [aud] : Array.isArray(aud) ? aud.filter((each) => typeof each === 'string') : [];
  const common = {
    id: typeof jti === 'string' ? jti : '',
    subject: typeof sub === 'string' ? sub : '',
    audiences,
    notBefore: millisecondsOf(nbf, 0),
    expires: millisecondsOf(exp, Number.POSITIVE_INFINITY),
  };
  if (!legacy) return { ...common, claims: { kubernetes: kubernetesClaimsOf(payload) } };
  const claims = legacyClaimsOf(payload);
  return 'error' in claims ? claims : { ...common, claims: { legacy: claims } };
}

/**
 * Issues and verifies service-account tokens (JWT, by the algorithm of the key's type). The JWT library is loaded with the first token.
 * @throws Error for a key that cannot be read, or is of a type that cannot sign tokens.
 */
export function serviceAccountTokens(options: ServiceAccountTokenOptions): ServiceAccountTokens {
  const [issuer = 'https://kubernetes.default.svc.cluster.local', ...others] = options.issuers ?? [];
  const issuers = [issuer, ...others];
  const apiAudiences = options.apiAudiences ?? [issuer];
  const signingKey = createPrivateKey(options.signingKey);
  const signingAlgorithm = algorithmOf(signingKey);
  const publicKeys = publicKeysOf([options.signingKey, ...(options.olderKeys ?? [])]);
  const [current] = publicKeys;

  /** The keys that may have signed a token: the one that it names, or any. */
  const candidates = (kid: unknown) => (typeof kid === 'string' && kid !== '' ? publicKeys.filter(({ id }) => id === kid) : publicKeys);

  return {
    issuer,
    issuers,
    apiAudiences,
    async issue(spec) {
      const { SignJWT } = await import('jose');
      const issued = options.clock.now();
      const now = Math.floor(issued / 1000);
      const { audiences = apiAudiences, seconds, warnAfterSeconds, ...claims } = spec;
      const id = randomUUID();
      const own = { ...claims, ...(warnAfterSeconds === undefined ? {} : { warnafter: now + warnAfterSeconds }) };
      const token = await new SignJWT({ 'kubernetes.io': own })
        .setProtectedHeader({ alg: signingAlgorithm, kid: current?.id ?? '' })
        .setIssuer(issuer)
        .setSubject(`system:serviceaccount:${spec.namespace}:${spec.serviceaccount.name}`)
        .setAudience([...audiences])
        .setIssuedAt(now)
        .setNotBefore(now)
        .setExpirationTime(now + seconds)
        .setJti(id)
        .sign(signingKey);
      return { token, id, issued };
    },
    async verify(token) {
      const unverified = unverifiedToken(token);
      if (!unverified) return undefined;
      const { header, payload } = unverified;
      const legacy = payload.iss === LEGACY_ISSUER;
      if (!legacy && !(typeof payload.iss === 'string' && issuers.includes(payload.iss))) return undefined;
      const keys = candidates(header.kid);
      if (keys.length === 0) return { error: 'invalid signature, no keys found' };
      const { compactVerify } = await import('jose');
      for (const { key, algorithm } of keys) {
        try {
          await compactVerify(token, key, { algorithms: [algorithm] });
          return verified(payload, legacy);
        } catch {
          // The next key may be the right one.
        }
      }
      return { error: 'go-jose/go-jose: error in cryptographic primitive' };
    },
    jwks: () => ({
      keys: publicKeys.map(({ id, key, algorithm }) => ({ use: 'sig', ...key.export({ format: 'jwk' }), kid: id, alg: algorithm })),
    }),
  };
}
