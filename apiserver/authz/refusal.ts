import { errors, StatusError } from '../../api/meta/status-error.ts';
import type { AuthorizationAttributes } from '../contract/authorizer.ts';

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
