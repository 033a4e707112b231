import type { SubjectAccessReview } from '../../api/kinds/authorization/subject-access-review.ts';
import { subjectAccessReviews } from '../../api/kinds/authorization/subject-access-review.ts';
import type { Clock } from '../../base/clock.ts';
import { own } from '../../base/json.ts';
import type { Client } from '../../runtime/client/client.ts';

/** The subject of a client's certificate: its common name is the user, its organisations are the groups. */
export interface CertificateSubject {
  readonly CN?: string | readonly string[];
  readonly O?: string | readonly string[];
}

export type ClientCheck = (subject: CertificateSubject, method: string, what: string) => Promise<boolean>;

const ALLOWED_MS = 5 * 60_000;
const DENIED_MS = 30_000;
const SUBRESOURCES: Readonly<Record<string, string>> = {
  metrics: 'metrics',
  resourceMetrics: 'metrics',
  summary: 'stats',
  healthz: 'healthz',
  pods: 'pods',
};
const VERBS: Readonly<Record<string, string>> = { GET: 'get', HEAD: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** Asks the API server, as kubelet's webhook authorisation does: access to `nodes/proxy`, or to the finer subresource. */
export function createClientCheck(client: Client, nodeName: string, clock: Clock): ClientCheck {
  const answers = new Map<string, { readonly allowed: boolean; readonly until: number }>();
  const review = async (user: string, groups: readonly string[], verb: string, subresource: string): Promise<boolean> => {
    const key = JSON.stringify([user, groups, verb, subresource]);
    const known = answers.get(key);
    if (known && known.until > clock.now()) return known.allowed;
    const request: SubjectAccessReview = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user, groups: [...groups], resourceAttributes: { verb, resource: 'nodes', subresource, name: nodeName, version: 'v1' } },
    };
    const answer: SubjectAccessReview = await client.create(subjectAccessReviews, request);
    const allowed = answer.status?.allowed === true;
    answers.set(key, { allowed, until: clock.now() + (allowed ? ALLOWED_MS : DENIED_MS) });
    return allowed;
  };
  return async (subject, method, what) => {
    const [user] = [subject.CN ?? []].flat();
    if (user === undefined) return false;
    const groups = [...[subject.O ?? []].flat(), 'system:authenticated'];
    const verb = VERBS[method] ?? 'get';
    const subresource = own(SUBRESOURCES, what);
    if (subresource && (await review(user, groups, verb, subresource))) return true;
    return review(user, groups, verb, 'proxy');
  };
}
