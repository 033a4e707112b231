import type { ExpressionUse, PolicyCompilerFactory } from '../../../../api/kinds/admissionregistration/policy-expressions.ts';
import { expressionCompiler } from './compiled-policy.ts';
import type { ResultTypes } from './policy-environment.ts';
import { APPLY_CONFIGURATION, AUDIT_VALUE, CONDITION, JSON_PATCH, MESSAGE } from './policy-environment.ts';

interface Use {
  readonly types: ResultTypes;
  readonly hasAuthorizer: boolean;
  readonly hasMutationTypes?: true;
}

const USES: Readonly<Record<ExpressionUse, Use>> = {
  validation: { types: CONDITION, hasAuthorizer: true },
  message: { types: MESSAGE, hasAuthorizer: false },
  'audit annotation': { types: AUDIT_VALUE, hasAuthorizer: true },
  'apply configuration': { types: APPLY_CONFIGURATION, hasAuthorizer: true, hasMutationTypes: true },
  'JSON patch': { types: JSON_PATCH, hasAuthorizer: true, hasMutationTypes: true },
};

/** Compiles the expressions of policies that are written, to find their faults. */
export const compilePolicyExpressions: PolicyCompilerFactory = ({ hasParams, hasVariables }) => {
  const compiler = expressionCompiler({ hasParams, hasVariables });
  const withoutVariables = expressionCompiler({ hasParams, hasVariables: false });
  return {
    condition: (expression) => withoutVariables.compile(expression, CONDITION, { hasAuthorizer: true }).fault,
    variable: (name, expression) => compiler.variable({ name, expression }).fault,
    compile(expression, use) {
      const { types, ...rest } = USES[use];
      return compiler.compile(expression, types, rest).fault;
    },
  };
};
