import { errors } from '../../api/meta/status-error.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../contract/admission.ts';
import type { Authorizer } from '../contract/authorizer.ts';

/**
 * Asks for the right to create where an update or an apply finds no object and makes one: the request was authorised for its own verb alone
 * (k8s.io/apiserver/pkg/endpoints/handlers, withAuthorization). It stands before the other validating plugins.
 */
export function creationCheck(authorizer: Authorizer): AdmissionPlugin {
  async function check({ user, kind, key, subresource }: AdmissionAttributes): Promise<void> {
    const { group, version, plural: resource } = kind;
    const asked = { user, verb: 'create', isResource: true, group, version, resource, subresource, ...key, path: '' };
    const { verdict, reason = '' } = await authorizer.authorize(asked);
    if (verdict !== 'allow') throw errors.forbidden(kind, key.name, reason);
  }
  return {
    name: 'CreationAuthorization',
    handles: (_kind, _subresource, verb) => verb === 'create',
    validate: (attributes) => (attributes.requestVerb === 'create' ? undefined : check(attributes)),
  };
}
