import type { TokenRequest } from '../../api/kinds/authentication/token-request.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { serviceAccounts } from '../../api/kinds/core/service-account.ts';
import type { Live } from '../../api/meta/object.ts';
import type { ServiceAccountTokenProjection } from '../../api/pod/volume/volume-projection.ts';
import type { Clock } from '../../base/clock.ts';
import { timeText } from '../../base/clock.ts';
import type { Client } from '../../runtime/client/client.ts';

/** Tokens of the service accounts of pods, bound to the pods. */
export interface TokenSource {
  /**
   * A token that still has a fifth of its life, asked for anew when the last one has less. With `accountUid` it is that account's; the request fails if
   * another one has its name now.
   */
  token(pod: Live<Pod>, projection: ServiceAccountTokenProjection, accountUid?: string): Promise<string>;
  /** As `token`, with the time at which it expires. */
  issue(pod: Live<Pod>, projection: ServiceAccountTokenProjection): Promise<IssuedToken>;
  /** The time at which the earliest of the pod's tokens is due, in milliseconds since the epoch. Returns undefined if it has none. */
  refreshAt(podUid: string): number | undefined;
  forget(podUid: string): void;
}

export interface IssuedToken {
  readonly token: string;
  /** As RFC 3339. */
  readonly expirationTimestamp: string;
}

interface Issued extends IssuedToken {
  readonly refreshAt: number;
}

const DEFAULT_SECONDS = 3600;
/** As kubelet's token manager: at 80 % of the token's life, and after a day at the latest. */
const REFRESH_SHARE = 0.8;
const MAX_AGE_MS = 24 * 3600 * 1000;

export function createTokenSource(client: Client, clock: Clock): TokenSource {
  const issued = new Map<string, Map<string, Issued>>();
  const issue = async (
    pod: Live<Pod>,
    { audience, expirationSeconds = DEFAULT_SECONDS }: ServiceAccountTokenProjection,
    accountUid = '',
  ): Promise<IssuedToken> => {
    const { uid, name, namespace = '' } = pod.metadata;
    const id = `${audience ?? ''}/${expirationSeconds}/${accountUid}`;
    const known = issued.get(uid)?.get(id);
    if (known && known.refreshAt > clock.now()) return known;
    const account = { namespace, name: pod.spec?.serviceAccountName || 'default' };
    const body: TokenRequest = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      ...(accountUid === '' ? {} : { metadata: { uid: accountUid } }),
      spec: {
        audiences: audience ? [audience] : [],
        expirationSeconds,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
      },
    };
    const answer = await client.createSubresource<TokenRequest>(serviceAccounts, account, 'token', body);
    const token = answer.status?.token;
    if (!token) throw new Error(`failed to fetch token: the server issued none for ${namespace}/${account.name}`);
    const now = clock.now();
    const expires = answer.status?.expirationTimestamp ? Date.parse(answer.status.expirationTimestamp) : now + expirationSeconds * 1000;
    const refreshAt = now + Math.min(MAX_AGE_MS, (expires - now) * REFRESH_SHARE);
    let ofPod = issued.get(uid);
    if (!ofPod) {
      ofPod = new Map();
      issued.set(uid, ofPod);
    }
    const entry = { token, refreshAt, expirationTimestamp: timeText(expires) };
    ofPod.set(id, entry);
    return entry;
  };
  return {
    issue: (pod, projection) => issue(pod, projection),
    token: async (pod, projection, accountUid) => (await issue(pod, projection, accountUid)).token,
    refreshAt(podUid) {
      const times = [...(issued.get(podUid)?.values() ?? [])].map(({ refreshAt }) => refreshAt);
      return times.length === 0 ? undefined : Math.min(...times);
    },
    forget: (podUid) => issued.delete(podUid),
  };
}
