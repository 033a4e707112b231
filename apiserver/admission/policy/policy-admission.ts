import type { Kind, KindDefinition } from '../../../api/definition/kind.ts';
import { isKind } from '../../../api/definition/kind.ts';
import {
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
} from '../../../api/kinds/admissionregistration/index.ts';
import { usePolicyCompiler } from '../../../api/kinds/admissionregistration/policy-expressions.ts';
import type { AdmissionPlugin, AdmissionVerb } from '../../contract/admission.ts';
import type { Authorizer } from '../../contract/authorizer.ts';
import type { Part } from '../../contract/part.ts';
import type { Registry } from '../../contract/resource.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import { policySource } from './invocation/policy-source.ts';
import type { MutatingDispatcher } from './mutating/dispatcher.ts';
import { paramAuthorization } from './param-authorization.ts';
import { policyStatusController } from './type-checking/status-controller.ts';
import type { ValidatingDispatcher } from './validating/dispatcher.ts';

/** The evaluation of policies, of both kinds. */
export interface PolicyDispatchers {
  readonly mutate: MutatingDispatcher;
  readonly validate: ValidatingDispatcher;
}

export interface PolicyAdmissionOptions {
  readonly objects: StorageAccess;
  readonly registry: Registry;
  readonly authorizer: Authorizer;
  /** Loads what evaluates policies. It is asked for when a request first concerns one. */
  readonly load: () => Promise<PolicyDispatchers>;
}

const POLICIES: readonly Kind[] = [validatingAdmissionPolicies, mutatingAdmissionPolicies];
const EXEMPT: readonly Kind[] = [...POLICIES, validatingAdmissionPolicyBindings, mutatingAdmissionPolicyBindings];

/** The reviews that policies do not see, so that none can lock out everyone (pkg/kubeapiserver/admission/exclusion). */
const EXEMPT_REVIEWS: ReadonlySet<string> = new Set([
  'authentication.k8s.io/selfsubjectreviews',
  'authentication.k8s.io/tokenreviews',
  'authorization.k8s.io/localsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectrulesreviews',
  'authorization.k8s.io/subjectaccessreviews',
]);

const isExempt = (kind: KindDefinition): boolean =>
  EXEMPT.some((exempt) => isKind(kind, exempt)) || EXEMPT_REVIEWS.has(`${kind.group}/${kind.plural}`);

const isPolicyWrite = (kind: KindDefinition, verb: AdmissionVerb): boolean =>
  (verb === 'create' || verb === 'update') && POLICIES.some((policies) => isKind(kind, policies));

/**
 * Upstream's plugins MutatingAdmissionPolicy and ValidatingAdmissionPolicy. A policy is in force for every request that is admitted after the
 * writes of it and its binding. A request that no policy concerns costs a look-up by kind, verb and subresource, or nothing where no policy is
 * bound.
 */
export function policyAdmission({ objects, registry, authorizer, load }: PolicyAdmissionOptions): Part {
  const cluster = { objects, registry };
  const mutating = policySource({ ...cluster, policies: mutatingAdmissionPolicies, bindings: mutatingAdmissionPolicyBindings });
  const validating = policySource({ ...cluster, policies: validatingAdmissionPolicies, bindings: validatingAdmissionPolicyBindings });
  let loading: Promise<PolicyDispatchers> | undefined;

  function dispatchers(): Promise<PolicyDispatchers> {
    loading ??= load();
    return loading;
  }

  const compiler: AdmissionPlugin = {
    name: 'PolicyExpressions',
    handles: (kind, _subresource, verb) => isPolicyWrite(kind, verb),
    // The rules of the kinds are not asynchronous: what they compile expressions with is there before they run.
    async admit() {
      usePolicyCompiler((await import('./expressions/policy-compiler.ts')).compilePolicyExpressions);
    },
  };
  const mutatingPolicies: AdmissionPlugin = {
    name: 'MutatingAdmissionPolicy',
    place: 'policy',
    handles: (kind, _subresource, verb) => verb !== 'delete' && !isExempt(kind),
    admit(attributes) {
      const active = mutating.concerning(attributes.kind, attributes.subresource, attributes.verb);
      if (active.length > 0) return dispatchers().then(({ mutate }) => mutate(active, attributes));
    },
  };
  const validatingPolicies: AdmissionPlugin = {
    name: 'ValidatingAdmissionPolicy',
    place: 'policy',
    validatesStored: true,
    handles: (kind) => !isExempt(kind),
    validate(attributes) {
      const active = validating.concerning(attributes.kind, attributes.subresource, attributes.verb);
      if (active.length > 0) return dispatchers().then(({ validate }) => validate(active, attributes));
    },
  };

  return {
    name: 'admission policies',
    plugins: [compiler, mutatingPolicies, validatingPolicies, paramAuthorization(registry, objects, authorizer)],
    controllers: [policyStatusController(registry)],
    async start() {
      mutating.start();
      validating.start();
    },
  };
}
