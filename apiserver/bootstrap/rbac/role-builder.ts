import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding } from '../../../api/kinds/rbac/index.ts';
import type { Subject } from '../../../api/kinds/rbac/role-binding.ts';

export const READ = 'get list watch';
export const FOLLOW = 'list watch';
export const WRITE = 'create update patch delete deletecollection';
export const READ_WRITE = `${READ} ${WRITE}`;

const GROUP = 'rbac.authorization.k8s.io';
const AGGREGATE_TO = `${GROUP}/aggregate-to-`;
/** Marks the objects that the server keeps, and lets it repair them. */
const labels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' };

/** Starts a rule with its verbs, in one text: `rule('get list').groups('apps').resources('deployments')`. The core group is ''. */
export const rule = (verbText: string) => {
  const verbs = verbText.split(' ');
  return {
    groups: (...apiGroups: readonly string[]) => ({
      resources: (...resources: readonly string[]): PolicyRule => ({ verbs, apiGroups: [...apiGroups], resources: [...resources] }),
    }),
    paths: (...nonResourceURLs: readonly string[]): PolicyRule => ({ verbs, nonResourceURLs: [...nonResourceURLs] }),
  };
};

/** The rule, limited to objects of these names. */
export const named = (of: PolicyRule, ...resourceNames: readonly string[]): PolicyRule => ({ ...of, resourceNames: [...resourceNames] });

export const recordsEvents = rule('create update patch').groups('', 'events.k8s.io').resources('events');

/** A ClusterRole of every cluster. */
export const clusterRole = (name: string, rules: readonly PolicyRule[]): ClusterRole => ({
  metadata: { name, labels: { ...labels }, annotations: { ...annotations } },
  rules: [...rules],
});

/** A ClusterRole whose rules the aggregation controller adds to `to`. */
export const partOf = (to: string, name: string, rules: readonly PolicyRule[]): ClusterRole => ({
  metadata: { name, labels: { ...labels, [AGGREGATE_TO + to]: 'true' }, annotations: { ...annotations } },
  rules: [...rules],
});

/** A ClusterRole that gathers the parts of its name, and is itself part of another. */
export const gathered = (name: string, partOfRole?: string): ClusterRole => ({
  metadata: { name, labels: { ...labels, ...(partOfRole ? { [AGGREGATE_TO + partOfRole]: 'true' } : {}) }, annotations: { ...annotations } },
  aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [AGGREGATE_TO + name]: 'true' } }] },
});

export const role = (namespace: string, name: string, rules: readonly PolicyRule[]): Role => ({
  metadata: { namespace, name, labels: { ...labels }, annotations: { ...annotations } },
  rules: [...rules],
});

export const user = (name: string): Subject => ({ kind: 'User', apiGroup: GROUP, name });
export const group = (name: string): Subject => ({ kind: 'Group', apiGroup: GROUP, name });
/** A service account in kube-system. */
export const account = (name: string): Subject => ({ kind: 'ServiceAccount', namespace: 'kube-system', name });

/** Binds a ClusterRole in the whole cluster. */
export const clusterBindingOf = (name: string, roleName: string, ...subjects: readonly Subject[]): ClusterRoleBinding => ({
  metadata: { name, labels: { ...labels }, annotations: { ...annotations } },
  roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: roleName },
  subjects: [...subjects],
});

/** Binds a ClusterRole, by its own name, in the whole cluster. */
export const clusterBinding = (name: string, ...subjects: readonly Subject[]): ClusterRoleBinding => clusterBindingOf(name, name, ...subjects);

/** Binds a Role of the same namespace. */
export const binding = (namespace: string, name: string, roleName: string, ...subjects: readonly Subject[]): RoleBinding => ({
  metadata: { namespace, name, labels: { ...labels }, annotations: { ...annotations } },
  roleRef: { apiGroup: GROUP, kind: 'Role', name: roleName },
  subjects: [...subjects],
});
