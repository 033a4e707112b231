import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { UserInfo } from '../../api/kinds/authentication/token-review.ts';
import { type TokenReview, tokenReviews } from '../../api/kinds/authentication/token-review.ts';
import type { Clock } from '../../base/clock.ts';
import type { Client } from '../../runtime/client/client.ts';
import { cachedAnswers } from './review-cache.ts';

/** The caller of the node's server. */
export interface Caller {
  readonly name: string;
  readonly uid?: string | undefined;
  readonly groups: readonly string[];
  readonly extra?: UserInfo['extra'];
}

/** Returns undefined for a request without valid credentials. @throws if the API server cannot be asked. */
export type Authenticate = (request: IncomingMessage) => Promise<Caller | undefined>;

/** Kubelet's `authentication.webhook.cacheTTL`. */
export const TOKEN_KEEP_MS = 2 * 60_000;
const AUTHENTICATED = 'system:authenticated';

const listed = (value: unknown): readonly string[] => (typeof value === 'string' ? [value] : Array.isArray(value) ? value.map(String) : []);

/**
 * Reads the user that a verified client certificate names: CN, and each O a group. Returns undefined if there is none, or it has ended since
 * the connection was made.
 */
function certified(request: IncomingMessage, now: number): Caller | undefined {
  const { socket } = request;
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const certificate = socket.getPeerCertificate();
  if (!(Date.parse(certificate.valid_to) > now)) return undefined;
  const [name] = listed(certificate.subject?.CN);
  return name === undefined ? undefined : { name, groups: [...listed(certificate.subject.O), AUTHENTICATED] };
}

const bearerToken = (request: IncomingMessage): string | undefined => /^bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];

/** Authenticates by client certificate, otherwise by bearer token, which the API server reviews; both answers are kept for two minutes. */
export function createAuthenticate(client: Client, clock: Clock): Authenticate {
  const answers = cachedAnswers<Caller | undefined>(clock, () => TOKEN_KEEP_MS);
  return async (request) => {
    const caller = certified(request, clock.now());
    if (caller) return caller;
    const token = bearerToken(request);
    if (token === undefined) return undefined;
    return answers(createHash('sha256').update(token).digest('base64'), () => reviewToken(client, token));
  };
}

async function reviewToken(client: Client, token: string): Promise<Caller | undefined> {
  const answer: TokenReview = await client.create(tokenReviews, { spec: { token } });
  const { authenticated, user } = answer.status ?? {};
  if (!authenticated || !user?.username) return undefined;
  return { name: user.username, uid: user.uid, groups: user.groups ?? [], extra: user.extra };
}
