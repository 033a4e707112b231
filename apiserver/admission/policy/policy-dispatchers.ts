import type { PolicyServices } from './invocation/services.ts';
import { mutatingDispatcher } from './mutating/dispatcher.ts';
import type { PolicyDispatchers } from './policy-admission.ts';
import { validatingDispatcher } from './validating/dispatcher.ts';

/** Builds the evaluation of policies. It is loaded when the first request concerns a policy. */
export const policyDispatchers = (services: PolicyServices): PolicyDispatchers => ({
  mutate: mutatingDispatcher(services),
  validate: validatingDispatcher(services),
});
