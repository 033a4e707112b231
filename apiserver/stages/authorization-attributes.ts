import { errors, StatusError } from '../../api/meta/status-error.ts';
import { pathSegmentName } from '../../api/validation/name-rules.ts';
import type { AuthorizationAttributes } from '../contract/authorizer.ts';
import type { UserInfo } from '../contract/request.ts';
import type { Exchange } from '../contract/stage.ts';
import { parseFieldSelector } from '../request/selection.ts';

/** The action of a request, as a user's. */
export function attributesOf(user: UserInfo, { info, request }: Exchange): AuthorizationAttributes {
  const { verb, path } = info;
  if (!info.isResource)
    return { user, verb, isResource: false, group: '', version: '', resource: '', subresource: '', namespace: '', name: '', path };
  const { group, version, plural: resource, subresource, accessNamespace: namespace } = info;
  const name = info.name === '' && (verb === 'list' || verb === 'watch') ? selectedName(request.query.get('fieldSelector')) : info.name;
  return { user, verb, isResource: true, group, version, resource, subresource, namespace, name, path };
}

/** The one name that a list or watch can bring, so that a role for that name allows it (k8s.io/apiserver/pkg/endpoints/request/requestinfo.go). */
function selectedName(fieldSelector: string | null): string {
  if (fieldSelector === null || !fieldSelector.includes('metadata.name')) return '';
  try {
    const term = parseFieldSelector(fieldSelector).find(({ field, equal }) => equal && field === 'metadata.name');
    return term && pathSegmentName(term.value, false).length === 0 ? term.value : '';
  } catch {
    // The verb answers what is wrong with the selector, to those who may use it.
    return '';
  }
}

/** Upstream's sentence for a refusal: it names the user, the action and the place. */
export function forbidden(a: AuthorizationAttributes, reason: string | undefined): StatusError {
  const because = reason ? `: ${reason}` : '';
  const who = `User ${JSON.stringify(a.user.name)} cannot ${a.verb}`;
  if (!a.isResource) return new StatusError('Forbidden', `forbidden: ${who} path ${JSON.stringify(a.path)}${because}`, {});
  const resource = a.subresource === '' ? a.resource : `${a.resource}/${a.subresource}`;
  const where = a.namespace === '' ? ' at the cluster scope' : ` in the namespace ${JSON.stringify(a.namespace)}`;
  return errors.forbidden(
    { group: a.group, plural: a.resource, kind: '' },
    a.name,
    `${who} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(a.group)}${where}${because}`,
  );
}
