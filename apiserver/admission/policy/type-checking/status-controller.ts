import { apiVersionOf } from '../../../../api/definition/kind.ts';
import { validatingAdmissionPolicies } from '../../../../api/kinds/admissionregistration/index.ts';
import { isNotFound } from '../../../../api/meta/status-error.ts';
import type { DeclaredController } from '../../../../runtime/control/controller.ts';
import { DONE } from '../../../../runtime/queue/result.ts';
import type { Registry } from '../../../contract/resource.ts';

const NAME = 'validatingadmissionpolicy-status-controller';

/** Checks the types of each new generation of a policy, and writes the outcome to its status (pkg/controller/validatingadmissionpolicystatus). */
export const policyStatusController = (registry: Registry): DeclaredController => ({
  name: NAME,
  component: NAME,
  concurrency: 5,
  for: validatingAdmissionPolicies,
  reconcile:
    ({ client, informers }) =>
    async (key) => {
      const policy = informers.of(validatingAdmissionPolicies).get(key);
      const generation = policy?.metadata.generation ?? 0;
      if (!policy || generation <= (policy.status?.observedGeneration ?? 0)) return DONE;
      const { checkTypes } = await import('./type-checker.ts');
      const expressionWarnings = checkTypes(policy, registry);
      const body = {
        apiVersion: apiVersionOf(validatingAdmissionPolicies),
        kind: validatingAdmissionPolicies.kind,
        metadata: { name: key.name },
        status: { observedGeneration: generation, typeChecking: expressionWarnings.length > 0 ? { expressionWarnings } : {} },
      };
      try {
        await client.patch(validatingAdmissionPolicies, key, { type: 'apply', body, force: true }, { subresource: 'status', fieldManager: NAME });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
      return DONE;
    },
});
