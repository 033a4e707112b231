import { createHmac } from 'node:crypto';
import type { ConfigMap } from '../../../api/kinds/core/config-map.ts';
import type { Secret } from '../../../api/kinds/core/secret.ts';

const SIGNATURE = 'jws-kubeconfig-';
const CONTENT = 'kubeconfig';

/** The bootstrap tokens that sign: by their IDs, their secrets. */
export type SigningTokens = ReadonlyMap<string, string>;

/** Returns a JWS of the content without the content (RFC 7515, appendix F), by HMAC with SHA-256. */
export function detachedSignature(content: string, tokenId: string, tokenSecret: string): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64url');
  const header = base64(JSON.stringify({ alg: 'HS256', kid: tokenId }));
  const mac = createHmac('sha256', tokenSecret)
    .update(`${header}.${base64(content)}`)
    .digest('base64url');
  return `${header}..${mac}`;
}

/** Returns the ID and the secret of a bootstrap token that may sign now; undefined for any other secret. `now` in milliseconds. */
export function signingToken(secret: Secret, now: number): readonly [id: string, secret: string] | undefined {
  const value = (name: string) => Buffer.from(secret.data?.[name] ?? '', 'base64').toString();
  if (secret.type !== 'bootstrap.kubernetes.io/token' || secret.metadata?.namespace !== 'kube-system') return undefined;
  const [id, tokenSecret, expiration] = [value('token-id'), value('token-secret'), value('expiration')];
  if (id === '' || tokenSecret === '' || secret.metadata.name !== `bootstrap-token-${id}`) return undefined;
  if (value('usage-bootstrap-signing') !== 'true') return undefined;
  if (expiration !== '' && !(Date.parse(expiration) > now)) return undefined;
  return [id, tokenSecret];
}

/** Returns the data of the config map with the signatures of exactly these tokens; undefined if it has them already, or nothing to sign. */
export function signedData(data: ConfigMap['data'], tokens: SigningTokens): Record<string, string> | undefined {
  const content = data?.[CONTENT];
  if (data === undefined || content === undefined) return undefined;
  const wanted = new Map([...tokens].map(([id, secret]) => [`${SIGNATURE}${id}`, detachedSignature(content, id, secret)]));
  const there = Object.keys(data).filter((key) => key.startsWith(SIGNATURE));
  if (there.length === wanted.size && there.every((key) => wanted.get(key) === data[key])) return undefined;
  const others = Object.entries(data).filter(([key]) => !key.startsWith(SIGNATURE));
  return Object.fromEntries([...others, ...wanted]);
}
