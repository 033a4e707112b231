import type { AuthorizationAttributes, Authorizer, Decision, UserRules } from '../contract/authorizer.ts';

const NO_OPINION: Decision = { verdict: 'no opinion' };
/** Rules are those that allow to read the pods and nodes themselves, which are listed already. */
const NO_RULES: UserRules = { resourceRules: [], nonResourceRules: [], incomplete: false };

const READS: ReadonlySet<string> = new Set(['get', 'list']);
const MEASURED: ReadonlySet<string> = new Set(['pods', 'nodes']);

const readsUsage = ({ isResource, group, resource, subresource, verb }: AuthorizationAttributes): boolean =>
  group === 'metrics.k8s.io' && isResource && subresource === '' && MEASURED.has(resource) && READS.has(verb);

/**
 * Lets those who may read pods or nodes read what they use (metrics.k8s.io). Upstream has that from a ClusterRole of metrics-server's manifest,
 * through which the roles `view`, `edit` and `admin` change; here the roles of a fresh cluster stay as they are upstream.
 * @param roles decides on the pods and nodes
 */
export const usageReaders = (roles: Authorizer): Authorizer => ({
  authorize(attributes) {
    if (!readsUsage(attributes)) return NO_OPINION;
    const decision = roles.authorize({ ...attributes, group: '', version: 'v1' });
    return decision instanceof Promise ? decision.then(orNone) : orNone(decision);
  },
  rulesFor: () => NO_RULES,
});

/** A refusal is told once, about what was asked for. */
const orNone = (decision: Decision): Decision => (decision.verdict === 'allow' ? decision : NO_OPINION);
