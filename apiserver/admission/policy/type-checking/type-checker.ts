import type { KindDefinition } from '../../../../api/definition/kind.ts';
import { apiVersionOf } from '../../../../api/definition/kind.ts';
import { groupVersionOf } from '../../../../api/kinds/admissionregistration/param.ts';
import type { NamedRuleWithOperations } from '../../../../api/kinds/admissionregistration/rule.ts';
import type { ExpressionWarning, ValidatingAdmissionPolicy } from '../../../../api/kinds/admissionregistration/validating-admission-policy/index.ts';
import type { Registry } from '../../../contract/resource.ts';
import { expressionCompiler } from '../expressions/compiled-policy.ts';
import { objectTypeFor } from './object-types.ts';

const MAX_KINDS = 10;
/** As upstream's checker, which does not know authorizer.requestResource. */
const USE = { hasAuthorizer: true, hasRequestResource: false };

const withoutWildcards = (names: readonly string[] | undefined): readonly string[] =>
  names?.some((name) => name.includes('*')) ? [] : (names ?? []);

/** Lists the kinds that a rule names, without wildcards; as upstream's REST mapper, an empty group stands for any. */
function kindsOf({ apiGroups, apiVersions, resources }: NamedRuleWithOperations, kinds: readonly KindDefinition[]): readonly KindDefinition[] {
  const groups = [...withoutWildcards(apiGroups)].sort();
  const versions = [...withoutWildcards(apiVersions)].sort();
  const names = [...(resources ?? [])].filter((name) => !/[*/]/.test(name)).sort();
  const named = (group: string, version: string, name: string) =>
    kinds.filter((kind) => (group === '' || kind.group === group) && kind.version === version && (kind.plural === name || kind.singular === name));
  return groups.flatMap((group) => versions.flatMap((version) => names.flatMap((name) => named(group, version, name)))).slice(0, MAX_KINDS);
}

const sortKey = ({ group, version, kind }: KindDefinition): readonly string[] => [group, version, kind];

function inOrder(a: KindDefinition, b: KindDefinition): number {
  const other = sortKey(b);
  for (const [i, part] of sortKey(a).entries()) if (part !== other[i]) return part < (other[i] ?? '') ? -1 : 1;
  return 0;
}

function checkedKinds(rules: readonly NamedRuleWithOperations[], kinds: readonly KindDefinition[]): readonly KindDefinition[] {
  const found = new Set<KindDefinition>();
  for (const rule of rules) {
    const named = kindsOf(rule, kinds);
    for (const kind of named) found.add(kind);
    if (named.length === MAX_KINDS) break;
  }
  return [...found].sort(inOrder);
}

/** Returns a kind as Go's GroupVersionKind prints it. */
const kindText = (kind: KindDefinition): string => `${kind.group === '' ? '/' : ''}${apiVersionOf(kind)}, Kind=${kind.kind}`;

/**
 * Checks the expressions of a policy against the types of the objects that it matches
 * (k8s.io/apiserver/pkg/admission/plugin/policy/validating, TypeChecker). Kinds that are not served are left out.
 */
export function checkTypes({ spec = {} }: ValidatingAdmissionPolicy, registry: Registry): ExpressionWarning[] {
  const { matchConstraints, paramKind, variables = [], validations = [] } = spec;
  const kinds = checkedKinds(matchConstraints?.resourceRules ?? [], registry.kinds);
  const parsed = paramKind && groupVersionOf(paramKind.apiVersion ?? '');
  const paramResource = parsed && registry.findKind(parsed.group, parsed.version, paramKind?.kind ?? '');
  const params = paramResource && objectTypeFor(paramResource.kind);

  function faultsOf(expression: string): string {
    const texts = kinds.flatMap((kind) => {
      const object = objectTypeFor(kind);
      const compiler = expressionCompiler({ hasParams: paramKind !== undefined, hasVariables: true, object, params });
      for (const variable of variables) compiler.variable(variable);
      const { message } = compiler.environment(USE).compile(expression);
      return message === undefined ? [] : [`${kindText(kind)}: ${message}\n`];
    });
    return texts.join('\n');
  }

  return validations.flatMap(({ expression, messageExpression }, i) => {
    const checked = { expression, ...(messageExpression ? { messageExpression } : {}) };
    return Object.entries(checked).flatMap(([field, source]) => {
      const warning = faultsOf(source);
      return warning === '' ? [] : [{ fieldRef: `spec.validations[${i}].${field}`, warning }];
    });
  });
}
