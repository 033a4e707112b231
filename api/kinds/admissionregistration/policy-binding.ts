import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import type { KubeObject } from '../../meta/object.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { required } from '../../schema/field-error.ts';
import { ref, string } from '../../schema/fields.ts';
import { childPath, rootPath } from '../../validation/field-path.ts';
import { addFaults } from '../../validation/field-rules.ts';
import { dns1123SubdomainFaults } from '../../validation/name-rules.ts';
import type { checkMatchResources } from './match-resources.ts';
import { MatchResources } from './match-resources.ts';
import { checkParamRef, ParamRef, paramRefText } from './param.ts';

/** The fields that the bindings of both kinds of policies have. */
export const bindingFields = {
  matchResources: ref(MatchResources, 'Which of the requests that the policy is about the binding is about; all of them, if left out.')
    .tag(3)
    .optional(),
  paramRef: ref(ParamRef, 'The objects that parametrise the policy here.').tag(2).optional(),
};
export const policyNameField = () => string('Name of the policy; without that policy the binding has no effect.', { presence: 'value' });

const SPEC = rootPath('spec');

interface BindingSpec {
  readonly policyName?: string | undefined;
  readonly paramRef?: ParamRef | undefined;
  readonly matchResources?: MatchResources | undefined;
}

/** Checks what the bindings of both kinds of policies have, in upstream's order. */
export function checkBindingSpec(errors: FieldError[], spec: BindingSpec, checkMatch: typeof checkMatchResources): void {
  const { policyName = '', paramRef, matchResources } = spec;
  if (policyName === '') errors.push(required('spec.policyName'));
  else addFaults(errors, dns1123SubdomainFaults(policyName), policyName, SPEC, 'policyName');
  if (paramRef) checkParamRef(errors, paramRef, childPath(SPEC, 'paramRef'));
  if (matchResources) checkMatch(errors, matchResources, childPath(SPEC, 'matchResources'));
}

interface Binding extends KubeObject {
  readonly spec?: BindingSpec | undefined;
}

/** The columns of both kinds. */
export const bindingColumns: readonly Column<Binding>[] = [
  nameColumn,
  shown('PolicyName', 'The policy.', ({ spec }) => spec?.policyName ?? ''),
  shown('ParamRef', 'The objects that parametrise the policy here.', ({ spec }) => paramRefText(spec?.paramRef)),
  ageColumn,
];
