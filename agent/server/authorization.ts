import type { SubjectAccessReview } from '../../api/kinds/authorization/subject-access-review.ts';
import { subjectAccessReviews } from '../../api/kinds/authorization/subject-access-review.ts';
import type { Clock } from '../../base/clock.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { Caller } from './authentication.ts';
import { cachedAnswers } from './review-cache.ts';

/** Kubelet's `authorization.webhook.cacheAuthorizedTTL` and `cacheUnauthorizedTTL`. */
export const ALLOWED_MS = 5 * 60_000;
export const DENIED_MS = 30_000;

const VERBS: Readonly<Record<string, string>> = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** Subresources that are asked for first (KubeletFineGrainedAuthz), in upstream's order. */
const FINE: readonly (readonly [path: string, subresource: string])[] = [
  ['/pods', 'pods'],
  ['/healthz', 'healthz'],
  ['/configz', 'configz'],
  ['/statusz', 'statusz'],
  ['/flagz', 'flagz'],
  ['/runningpods', 'pods'],
];
const COARSE: readonly (readonly [path: string, subresource: string])[] = [
  ['/stats', 'stats'],
  ['/metrics', 'metrics'],
  ['/logs', 'log'],
  ['/checkpoint', 'checkpoint'],
];

/** The question about a request: the verb, and the subresources of `nodes` of which one must be allowed. */
export interface NodeAttributes {
  readonly verb: string;
  readonly subresources: readonly string[];
}

/** Maps a request as kubelet does (pkg/kubelet/server/auth.go). Everything that has no subresource of its own needs `proxy`. */
export function attributesOf(method: string, path: string): NodeAttributes {
  const within = ([root]: readonly [string, string]) => path === root || path.startsWith(`${root}/`);
  const fine = FINE.find(within)?.[1];
  const coarse = COARSE.find(within)?.[1] ?? 'proxy';
  return { verb: VERBS[method] ?? '', subresources: fine === undefined ? [coarse] : [fine, coarse] };
}

/** Decides whether a caller may do what it asks for. @throws if the API server cannot be asked. */
export type Authorize = (caller: Caller, attributes: NodeAttributes) => Promise<boolean>;

/** Asks the API server by SubjectAccessReview, and keeps its answers: five minutes an allowance, half a minute a refusal. */
export function createAuthorize(client: Client, nodeName: string, clock: Clock): Authorize {
  const answers = cachedAnswers<boolean>(clock, (allowed) => (allowed ? ALLOWED_MS : DENIED_MS));

  const review = async ({ name, uid, groups, extra }: Caller, verb: string, subresource: string): Promise<boolean> => {
    const request: SubjectAccessReview = {
      spec: {
        user: name,
        ...(uid ? { uid } : {}),
        groups: [...groups],
        ...(extra ? { extra } : {}),
        resourceAttributes: { verb, version: 'v1', resource: 'nodes', subresource, name: nodeName },
      },
    };
    const answer: SubjectAccessReview = await client.create(subjectAccessReviews, request);
    return answer.status?.allowed === true;
  };

  return async (caller, { verb, subresources }) => {
    const { name, uid, groups, extra } = caller;
    for (const subresource of subresources) {
      const key = JSON.stringify([name, uid, groups, extra, verb, subresource]);
      if (await answers(key, () => review(caller, verb, subresource))) return true;
    }
    return false;
  };
}
