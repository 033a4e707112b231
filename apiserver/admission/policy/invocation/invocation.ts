import type { KindDefinition } from '../../../../api/definition/kind.ts';
import { isKind } from '../../../../api/definition/kind.ts';
import type { Namespace } from '../../../../api/kinds/core/namespace.ts';
import { namespaces } from '../../../../api/kinds/core/namespace.ts';
import type { Live } from '../../../../api/meta/object.ts';
import { errors, StatusError } from '../../../../api/meta/status-error.ts';
import type { AdmissionAttributes, AdmittedForm } from '../../../contract/admission.ts';
import type { Registry } from '../../../contract/resource.ts';
import type { StorageAccess } from '../../../contract/storage-access.ts';
import { namespaceOf } from '../../matching/selectors.ts';
import type { Param } from './params.ts';
import { ConfigurationError, paramResource, paramsFor } from './params.ts';
import type { ActivePolicy, Policy, PolicyBinding } from './policy-source.ts';

/** A policy that a request matches, at a binding that it matches too, with the parameters for it. */
export interface Invocation<P extends Policy, B extends PolicyBinding> {
  readonly policy: Live<P>;
  readonly binding: Live<B>;
  /** The version of the resource in which the request matches. */
  readonly kind: KindDefinition;
  readonly params: readonly Param[];
}

/** A policy that cannot be put in force for a request that it concerns; the message does not tell which policy. */
export interface ConfigurationFault<P extends Policy, B extends PolicyBinding> {
  readonly policy: Live<P>;
  /** Undefined if the policy itself is at fault. */
  readonly binding: Live<B> | undefined;
  readonly message: string;
}

export type Step<P extends Policy, B extends PolicyBinding> =
  | { readonly invocation: Invocation<P, B>; readonly fault?: undefined }
  | { readonly invocation?: undefined; readonly fault: ConfigurationFault<P, B> };

export interface Cluster {
  readonly objects: StorageAccess;
  readonly registry: Registry;
}

const messageOf = (error: unknown): string => {
  if (error instanceof ConfigurationError || error instanceof StatusError) return error.message;
  throw error;
};

/** Finds, of the policies that may concern a request, those that do, in their order. */
export async function invocationsFor<P extends Policy, B extends PolicyBinding>(
  active: readonly ActivePolicy<P, B>[],
  attributes: AdmissionAttributes,
  cluster: Cluster,
): Promise<readonly Step<P, B>[]> {
  const steps: Step<P, B>[] = [];
  for (const { policy, criteria, bindings } of active) {
    try {
      const kind = await criteria.match(attributes, cluster.objects);
      if (!kind) continue;
      const resource = paramResource(cluster.registry, policy.spec?.paramKind);
      for (const { binding, criteria: narrower } of bindings) {
        try {
          if (narrower && !(await narrower.match(attributes, cluster.objects))) continue;
          const params = await paramsFor(resource, binding.spec?.paramRef, namespaceOf(attributes));
          steps.push({ invocation: { policy, binding, kind, params } });
        } catch (error) {
          steps.push({ fault: { policy, binding, message: `failed to configure binding: ${messageOf(error)}` } });
        }
      }
    } catch (error) {
      steps.push({ fault: { policy, binding: undefined, message: `failed to configure policy: ${messageOf(error)}` } });
    }
  }
  return steps;
}

/** Returns the request in the version of an invocation. The object of a subresource with a kind of its own has one version. */
export async function formOf(attributes: AdmissionAttributes, kind: KindDefinition): Promise<AdmittedForm> {
  const { object, old, objectKind } = attributes;
  const hasOwnKind = attributes.subresource !== '' && objectKind.kind !== attributes.kind.kind;
  return hasOwnKind ? { kind, object, old } : attributes.inVersion(kind);
}

/** Returns the namespace of a request; undefined for objects of the cluster. @throws StatusError NotFound */
export async function namespaceObject(attributes: AdmissionAttributes, objects: StorageAccess): Promise<Live<Namespace> | undefined> {
  if (isKind(attributes.kind, namespaces) || attributes.key.namespace === '') return undefined;
  const key = { namespace: '', name: attributes.key.namespace };
  const known = objects.get(namespaces, key);
  if (known) return known;
  // Another server may have made it just now.
  await objects.fresh(namespaces);
  const found = objects.get(namespaces, key);
  if (!found) throw errors.notFound(namespaces, key.name);
  return found;
}
