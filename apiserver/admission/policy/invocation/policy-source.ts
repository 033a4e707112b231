import type { Kind, KindDefinition } from '../../../../api/definition/kind.ts';
import type { MatchResources } from '../../../../api/kinds/admissionregistration/match-resources.ts';
import type { ParamKind, ParamRef } from '../../../../api/kinds/admissionregistration/param.ts';
import type { KubeObject, Live } from '../../../../api/meta/object.ts';
import type { AdmissionVerb } from '../../../contract/admission.ts';
import type { Registry } from '../../../contract/resource.ts';
import type { StorageAccess } from '../../../contract/storage-access.ts';
import { versionsOf } from '../../matching/rules.ts';
import type { Criteria, Target } from './criteria.ts';
import { criteriaFor } from './criteria.ts';

/** A policy of either kind. */
export interface Policy extends KubeObject {
  readonly spec?:
    | {
        readonly matchConstraints?: MatchResources | undefined;
        readonly paramKind?: ParamKind | undefined;
        readonly failurePolicy?: string | undefined;
      }
    | undefined;
}

/** A binding of either kind. */
export interface PolicyBinding extends KubeObject {
  readonly spec?:
    | {
        readonly policyName?: string | undefined;
        readonly matchResources?: MatchResources | undefined;
        readonly paramRef?: ParamRef | undefined;
      }
    | undefined;
}

/** A binding, prepared for a target. Without criteria it matches what its policy matches. */
export interface ActiveBinding<B extends PolicyBinding> {
  readonly binding: Live<B>;
  readonly criteria: Criteria | undefined;
}

/** A policy that is bound, and may concern the requests of a target. */
export interface ActivePolicy<P extends Policy, B extends PolicyBinding> {
  readonly policy: Live<P>;
  readonly criteria: Criteria;
  /** Those that can match, by name. */
  readonly bindings: readonly ActiveBinding<B>[];
}

/** The policies of one kind with their bindings, as they are now. */
export interface PolicySource<P extends Policy, B extends PolicyBinding> {
  /** Begins to follow policies and bindings; called once, when the server's cache is full. */
  start(): void;
  /** Returns the policies that may concern writes to a resource, by name. The answer is kept until a policy, binding or served kind changes. */
  concerning(kind: KindDefinition, subresource: string, verb: AdmissionVerb): readonly ActivePolicy<P, B>[];
}

const NONE: readonly never[] = [];
const byName = (a: Live, b: Live): number => (a.metadata.name < b.metadata.name ? -1 : 1);

export interface PolicySourceOptions<P extends Policy, B extends PolicyBinding> {
  readonly policies: Kind<P>;
  readonly bindings: Kind<B>;
  readonly objects: StorageAccess;
  readonly registry: Registry;
}

export function policySource<P extends Policy, B extends PolicyBinding>(options: PolicySourceOptions<P, B>): PolicySource<P, B> {
  const { objects, registry } = options;
  const policies = new Map<string, Live<P>>();
  /** By the name of the policy, then by that of the binding. */
  const bindings = new Map<string, Map<string, Live<B>>>();
  const policyOfBinding = new Map<string, string>();
  /** The bound policies; undefined if they are to be looked up anew. */
  let bound: readonly { readonly policy: Live<P>; readonly bindings: readonly Live<B>[] }[] | undefined = NONE;
  let byTarget = new WeakMap<KindDefinition, Map<string, readonly ActivePolicy<P, B>[]>>();

  function changed(): void {
    bound = undefined;
    byTarget = new WeakMap();
  }

  function followPolicy(policy: Live<P>, deleted: boolean): void {
    const { name } = policy.metadata;
    if (deleted) policies.delete(name);
    else policies.set(name, policy);
    changed();
  }

  function followBinding(binding: Live<B>, deleted: boolean): void {
    const { name } = binding.metadata;
    const before = policyOfBinding.get(name);
    if (before !== undefined) {
      const siblings = bindings.get(before);
      siblings?.delete(name);
      if (siblings?.size === 0) bindings.delete(before);
      policyOfBinding.delete(name);
    }
    if (!deleted) {
      const policyName = binding.spec?.policyName ?? '';
      const siblings = bindings.get(policyName) ?? new Map<string, Live<B>>();
      bindings.set(policyName, siblings.set(name, binding));
      policyOfBinding.set(name, policyName);
    }
    changed();
  }

  const boundPolicies = () =>
    [...bindings]
      .flatMap(([name, ofPolicy]) => {
        const policy = policies.get(name);
        return policy ? [{ policy, bindings: [...ofPolicy.values()].sort(byName) }] : [];
      })
      .sort((a, b) => byName(a.policy, b.policy));

  function activeFor(target: Target): readonly ActivePolicy<P, B>[] {
    const active = (bound ?? NONE).flatMap(({ policy, bindings: ofPolicy }) => {
      const criteria = criteriaFor(policy.spec?.matchConstraints ?? {}, target);
      if (!criteria) return [];
      const activeBindings = ofPolicy.flatMap((binding) => activeBinding(binding, target));
      return activeBindings.length === 0 ? [] : [{ policy, criteria, bindings: activeBindings }];
    });
    return active.length === 0 ? NONE : active;
  }

  return {
    start() {
      for (const policy of objects.list(options.policies)) followPolicy(policy, false);
      for (const binding of objects.list(options.bindings)) followBinding(binding, false);
      objects.follow(options.policies, followPolicy);
      objects.follow(options.bindings, followBinding);
      registry.onChange(changed);
    },
    concerning(kind, subresource, verb) {
      bound ??= boundPolicies();
      if (bound.length === 0) return NONE;
      const targets = byTarget.get(kind) ?? new Map<string, readonly ActivePolicy<P, B>[]>();
      byTarget.set(kind, targets);
      const id = `${verb} ${subresource}`;
      const active = targets.get(id) ?? activeFor({ kind, subresource, verb, versions: versionsOf(registry.kinds, kind, subresource) });
      targets.set(id, active);
      return active;
    },
  };
}

function activeBinding<B extends PolicyBinding>(binding: Live<B>, target: Target): readonly ActiveBinding<B>[] {
  const { matchResources } = binding.spec ?? {};
  if (!matchResources) return [{ binding, criteria: undefined }];
  const criteria = criteriaFor(matchResources, target);
  return criteria ? [{ binding, criteria }] : [];
}
