import type { Kind } from '../../../api/definition/kind.ts';
import { isKind } from '../../../api/definition/kind.ts';
import {
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
} from '../../../api/kinds/admissionregistration/index.ts';
import type { ParamKind } from '../../../api/kinds/admissionregistration/param.ts';
import { groupVersionOf } from '../../../api/kinds/admissionregistration/param.ts';
import type { Live } from '../../../api/meta/object.ts';
import { errors } from '../../../api/meta/status-error.ts';
import { forbidden } from '../../../api/schema/field-error.ts';
import { semanticEqual } from '../../../base/equality.ts';
import { MASTERS } from '../../authz/privileged-groups.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../../contract/admission.ts';
import type { Authorizer } from '../../contract/authorizer.ts';
import type { UserInfo } from '../../contract/request.ts';
import type { Registry } from '../../contract/resource.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import type { Policy, PolicyBinding } from './invocation/policy-source.ts';

/** The bindings with the policies that they put in force. */
const BOUND: readonly { readonly bindings: Kind<PolicyBinding>; readonly policies: Kind<Policy> }[] = [
  { bindings: validatingAdmissionPolicyBindings, policies: validatingAdmissionPolicies },
  { bindings: mutatingAdmissionPolicyBindings, policies: mutatingAdmissionPolicies },
];

/** Returns a user as Go prints it. */
function userText({ name, uid = '', groups, extra = {} }: UserInfo): string {
  const keys = Object.keys(extra).sort();
  return `&{${name} ${uid} [${groups.join(' ')}] map[${keys.map((key) => `${key}:[${extra[key]?.join(' ')}]`).join(' ')}]}`;
}

/**
 * Keeps users from reading objects by way of policies that they parametrise: the writer of a policy must be allowed to read all objects of its
 * paramKind, that of a binding those of its paramRef (pkg/registry/admissionregistration, authz.go). It looks at objects that are valid.
 */
export function paramAuthorization(registry: Registry, objects: StorageAccess, authorizer: Authorizer): AdmissionPlugin {
  /** The resource of a kind of parameters, as far as it is known; `*` for what is not. */
  function resourceOf(paramKind: ParamKind | undefined) {
    const parsed = paramKind && groupVersionOf(paramKind.apiVersion ?? '');
    if (!parsed) return { group: '*', version: '*', resource: '*' };
    return { ...parsed, resource: registry.findKind(parsed.group, parsed.version, paramKind?.kind ?? '')?.kind.plural ?? '*' };
  }

  async function mayRead(user: UserInfo, paramKind: ParamKind | undefined, namespace: string, name: string): Promise<boolean> {
    const asked = { user, verb: 'get', isResource: true, ...resourceOf(paramKind), subresource: '', namespace, name, path: '' };
    return (await authorizer.authorize(asked)).verdict === 'allow';
  }

  async function checkPolicy({ kind, user, key }: AdmissionAttributes, policy: Policy, old: Policy | undefined): Promise<void> {
    const paramKind = policy.spec?.paramKind;
    if (!paramKind || semanticEqual(paramKind, old?.spec?.paramKind) || (await mayRead(user, paramKind, '*', '*'))) return;
    const named = `(kind=${paramKind.kind ?? ''}, apiVersion=${paramKind.apiVersion ?? ''})`;
    const why = `user ${userText(user)} must have "get" permission on all objects of the referenced paramKind ${named}`;
    throw errors.invalid(kind, policy.metadata?.name ?? key.name, [forbidden('spec.paramKind', why)]);
  }

  async function checkBinding(
    { kind, user, key }: AdmissionAttributes,
    policies: Kind<Policy>,
    binding: PolicyBinding,
    old: PolicyBinding | undefined,
  ): Promise<void> {
    const { paramRef, policyName = '' } = binding.spec ?? {};
    if (!paramRef || (semanticEqual(paramRef, old?.spec?.paramRef) && policyName === old?.spec?.policyName)) return;
    const policy: Live<Policy> | undefined = objects.get(policies, { namespace: '', name: policyName });
    if (await mayRead(user, policy?.spec?.paramKind, paramRef.namespace ?? '', paramRef.name ?? '')) return;
    const why = `user ${userText(user)} does not have "get" permission on the object referenced by paramRef`;
    throw errors.invalid(kind, binding.metadata?.name ?? key.name, [forbidden('spec.paramRef', why)]);
  }

  return {
    name: 'PolicyParameters',
    handles: (kind, subresource, verb) =>
      subresource === '' &&
      (verb === 'create' || verb === 'update') &&
      BOUND.some(({ bindings, policies }) => isKind(kind, bindings) || isKind(kind, policies)),
    validate(attributes) {
      const { kind, user, object, old } = attributes;
      if (!object || user.groups.includes(MASTERS)) return;
      const bound = BOUND.find(({ bindings }) => isKind(kind, bindings));
      return bound ? checkBinding(attributes, bound.policies, object, old) : checkPolicy(attributes, object, old);
    },
  };
}
