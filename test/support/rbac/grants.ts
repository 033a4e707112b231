import type { PolicyRule } from '../../../api/kinds/rbac/role.ts';
import { clusterRoles, roles } from '../../../api/kinds/rbac/role.ts';
import { clusterRoleBindings, roleBindings } from '../../../api/kinds/rbac/role-binding.ts';
import type { ObjectKey } from '../../../api/meta/object.ts';
import type { ResourceRequestInfo } from '../../../apiserver/request/request-info.ts';
import type { Client } from '../../../runtime/client/client.ts';

/** What a subject may do: a rule, and the namespace that it is bound in ('' for all). */
export interface Grant {
  readonly namespace: string;
  readonly rule: PolicyRule;
}

interface Binding {
  readonly metadata: { readonly namespace?: string };
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
}

/** All that the cluster's RBAC objects allow a service account by its own name. */
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

/** Whether one rule allows a request, as upstream's RBAC reads it (pkg/apis/rbac/v1, VerbMatches, ResourceMatches …). */
export function allows({ namespace, rule }: Grant, asked: Asked): boolean {
  if (namespace !== '' && namespace !== asked.namespace) return false;
  const resources = asked.subresource === '' ? [asked.plural] : [`${asked.plural}/${asked.subresource}`, `*/${asked.subresource}`];
  if (!has(rule.verbs, '*', asked.verb) || !has(rule.apiGroups, '*', asked.group) || !has(rule.resources, '*', ...resources)) return false;
  return !rule.resourceNames?.length || rule.resourceNames.includes(asked.name);
}
