import type { PolicyRule } from '../../../api/kinds/rbac/role.ts';
import { clusterRoles, roles } from '../../../api/kinds/rbac/role.ts';
import { clusterRoleBindings, roleBindings } from '../../../api/kinds/rbac/role-binding.ts';
import type { ObjectKey } from '../../../api/meta/object.ts';
import type { ResourceRequestInfo } from '../../../apiserver/contract/request-info.ts';
import type { Client } from '../../../runtime/client/client.ts';

/** A rule that a subject holds, and the namespace of its binding ('' for all namespaces). */
export interface Grant {
  readonly namespace: string;
  readonly rule: PolicyRule;
}

interface Binding {
  readonly metadata: { readonly namespace?: string };
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
}

/** Returns the grants of a service account by bindings to its name; bindings to groups are left out. */
export async function grantsOf(client: Client, account: ObjectKey): Promise<Grant[]> {
  const namesIt = ({ subjects = [] }: Binding) =>
    subjects.some(({ kind, name, namespace }) => kind === 'ServiceAccount' && name === account.name && namespace === account.namespace);
  const rulesOf = async ({ roleRef, metadata }: Binding): Promise<Grant[]> => {
    const { namespace = '' } = metadata;
    const { rules } =
      roleRef.kind === 'ClusterRole'
        ? await client.get(clusterRoles, { namespace: '', name: roleRef.name })
        : await client.get(roles, { namespace, name: roleRef.name });
    return (rules ?? []).map((rule) => ({ namespace, rule }));
  };
  const bindings: Binding[] = [...(await client.list(clusterRoleBindings)).items, ...(await client.list(roleBindings)).items];
  return (await Promise.all(bindings.filter(namesIt).map(rulesOf))).flat();
}

type Asked = Pick<ResourceRequestInfo, 'verb' | 'group' | 'plural' | 'subresource' | 'namespace' | 'name'>;

const has = (list: readonly string[] | undefined, ...wanted: readonly string[]): boolean => wanted.some((each) => list?.includes(each));

/** Tells whether a grant allows a request, by upstream's rules (pkg/apis/rbac/v1: VerbMatches, ResourceMatches …). */
export function allows({ namespace, rule }: Grant, asked: Asked): boolean {
  if (namespace !== '' && namespace !== asked.namespace) return false;
  const resources = asked.subresource === '' ? [asked.plural] : [`${asked.plural}/${asked.subresource}`, `*/${asked.subresource}`];
  if (!has(rule.verbs, '*', asked.verb) || !has(rule.apiGroups, '*', asked.group) || !has(rule.resources, '*', ...resources)) return false;
  return !rule.resourceNames?.length || rule.resourceNames.includes(asked.name);
}
