import type { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import type { ConstraintsByPath } from './placement.ts';
import { constrain } from './placement.ts';
import { resourceQuotaRules } from './quotas.ts';
import { serviceRules } from './services.ts';
import { deploymentRules, replicaSetRules, replicationControllerRules } from './workloads.ts';

const rules: Readonly<Record<string, ConstraintsByPath>> = {
  deployments: deploymentRules,
  replicasets: replicaSetRules,
  replicationcontrollers: replicationControllerRules,
  services: serviceRules,
  resourcequotas: resourceQuotaRules,
};

/**
 * Adds what the built-in kinds refuse, as far as a schema and rules in CEL can say it within the API server's limits of cost. The webhook says
 * the rest.
 */
export const withRules = (crd: CustomResourceDefinition): CustomResourceDefinition => constrain(crd, rules[crd.spec.names.plural] ?? {});
