import { pathSegmentName } from '../../api/validation/name-rules.ts';
import type { AuthorizationAttributes, FieldRequirement } from '../contract/authorizer.ts';
import type { UserInfo } from '../contract/request.ts';
import type { Exchange } from '../contract/stage.ts';
import { parseFieldSelector } from '../request/selection.ts';

/** The action of a request, as a user's. */
export function attributesOf(user: UserInfo, { info, request }: Exchange): AuthorizationAttributes {
  const { path } = info;
  const verb = info.isResource && info.method === 'OPTIONS' ? '' : info.verb;
  if (!info.isResource)
    return { user, verb, isResource: false, group: '', version: '', resource: '', subresource: '', namespace: '', name: '', path };
  const { group, version, plural: resource, subresource, accessNamespace: namespace, name } = info;
  const fields = name === '' && request.query.size > 0 ? selectedFields(request.query, verb) : undefined;
  if (!fields) return { user, verb, isResource: true, group, version, resource, subresource, namespace, name, path };
  const own = verb === 'deletecollection' ? '' : onlyName(fields);
  return { user, verb, isResource: true, group, version, resource, subresource, namespace, name: own, path, fieldSelector: fields };
}

/** The field selector of a request for many objects. One that cannot be read is left to the verb, which answers what is wrong with it. */
function selectedFields(query: URLSearchParams, verb: string): readonly FieldRequirement[] | undefined {
  const text = verb === 'list' || verb === 'watch' || verb === 'deletecollection' ? query.get('fieldSelector') : null;
  if (!text) return undefined;
  try {
    return parseFieldSelector(text);
  } catch {
    return undefined;
  }
}

/** The one name that a list or watch can bring: a role for that name allows it (k8s.io/apiserver/pkg/endpoints/request/requestinfo.go). */
function onlyName(fields: readonly FieldRequirement[]): string {
  const term = fields.find(({ field, equal }) => equal && field === 'metadata.name');
  return term && pathSegmentName(term.value, false).length === 0 ? term.value : '';
}
