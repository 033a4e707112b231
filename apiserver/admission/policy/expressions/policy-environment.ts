import { kubernetesEnvironment, mutationEnvironment } from '../../../../api/cel/environment.ts';
import { AUTHORIZER_TYPE, RESOURCE_CHECK_TYPE } from '../../../../api/cel/library/authorizer.ts';
import type { Environment, Program } from '../../../../base/cel/program.ts';
import type { CelType } from '../../../../base/cel/types.ts';
import { BOOL, DYN, listType, NULL, objectType, STRING } from '../../../../base/cel/types.ts';
import { mutationType } from './mutation-types.ts';
import { NAMESPACE, REQUEST } from './request-types.ts';

/** An expression of a policy, compiled, or its fault in upstream's words. */
export type CompiledExpression =
  | { readonly source: string; readonly program: Program; readonly fault?: undefined }
  | { readonly source: string; readonly program?: undefined; readonly fault: string };

/** The types that the expressions of one use may have; undefined for any. */
export type ResultTypes = readonly CelType[] | undefined;

export const CONDITION: ResultTypes = [BOOL];
export const MESSAGE: ResultTypes = [STRING];
export const AUDIT_VALUE: ResultTypes = [STRING, NULL];
export const APPLY_CONFIGURATION: ResultTypes = [objectType('Object')];
export const JSON_PATCH: ResultTypes = [listType(objectType('JSONPatch'))];

export interface PolicyEnvironmentOptions {
  readonly hasParams: boolean;
  readonly hasAuthorizer: boolean;
  /** Whether `authorizer.requestResource` is declared with `authorizer`. Default: true. */
  readonly hasRequestResource?: boolean;
  /** Whether expressions may construct objects and patches. */
  readonly hasMutationTypes?: boolean;
  /** Returns the type of a variable of the policy that is known so far; without it `variables` is not declared. */
  readonly variable?: ((name: string) => CelType | undefined) | undefined;
  /** The type of object and oldObject. Default: any. */
  readonly object?: CelType | undefined;
  /** The type of params. Default: any. */
  readonly params?: CelType | undefined;
}

/** Declares what the expressions of policies may name (k8s.io/apiserver/pkg/admission/plugin/cel). */
export function policyEnvironment(options: PolicyEnvironmentOptions): Environment {
  const { object = DYN, params = DYN, variable, hasMutationTypes = false, hasRequestResource = true } = options;
  return (hasMutationTypes ? mutationEnvironment() : kubernetesEnvironment()).extend({
    variables: {
      object,
      oldObject: object,
      namespaceObject: NAMESPACE,
      request: REQUEST,
      ...(options.hasParams ? { params } : {}),
      ...(options.hasAuthorizer ? { authorizer: AUTHORIZER_TYPE } : {}),
      ...(options.hasAuthorizer && hasRequestResource ? { 'authorizer.requestResource': RESOURCE_CHECK_TYPE } : {}),
      ...(variable ? { variables: objectType('kubernetes.variables', variable) } : {}),
    },
    ...(hasMutationTypes ? { types: mutationType } : {}),
  });
}

/** Returns the text of a type as Go's String method gives it. */
const typeText = ({ name, params }: CelType): string => (params.length === 0 ? name : `${name}(${params.map(typeText).join(', ')})`);

/** Compiles an expression and checks its type. */
export function compileExpression(environment: Environment, source: string, types: ResultTypes): CompiledExpression {
  const { program, message } = environment.compile(source);
  if (!program) return { source, fault: `compilation failed: ${message}` };
  if (!types || types.some((type) => typeText(type) === typeText(program.type))) return { source, program };
  const wanted = types.length === 1 ? `${types.map(typeText)}` : `one of [${types.map(typeText).join(' ')}]`;
  return { source, fault: `must evaluate to ${wanted} but got ${typeText(program.type)}` };
}
