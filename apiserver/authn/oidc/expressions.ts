import { kubernetesEnvironment } from '../../../api/cel/environment.ts';
import { dynamicValue, structureValue } from '../../../api/cel/json-values.ts';
import { USER_INFO } from '../../../api/cel/user-type.ts';
import type { Program } from '../../../base/cel/program.ts';
import { BOOL, DYN, mapType, STRING } from '../../../base/cel/types.ts';
import type { Value } from '../../../base/cel/values.ts';
import { ListValue } from '../../../base/cel/values.ts';
import { claimValue } from './claim-values.ts';
import type { ExpressionValue, IdentityExpression } from './issuer.ts';
import { ClaimError } from './issuer.ts';

/** The variable of an expression: the claims of a token, or the user that they make. */
type Subject = 'claims' | 'user';

/** An expression of an AuthenticationConfiguration, or its fault in upstream's words. */
export type CompiledIdentityExpression =
  | { readonly expression: IdentityExpression; readonly usesClaim: (claim: string) => boolean; readonly fault?: undefined }
  | { readonly expression?: undefined; readonly fault: string };

/** Compiles an expression that maps claims. Its type is looked at when it has a value: claims may be of any. */
export const compileMapping = (source: string): CompiledIdentityExpression => compile(source, 'claims', false);

/** Compiles a rule about claims or about a user: a condition. */
export const compileRule = (source: string, subject: Subject): CompiledIdentityExpression => compile(source, subject, true);

export type ExpressionCompiler = { readonly compileMapping: typeof compileMapping; readonly compileRule: typeof compileRule };

function compile(source: string, subject: Subject, isCondition: boolean): CompiledIdentityExpression {
  const type = subject === 'claims' ? mapType(STRING, DYN) : USER_INFO;
  const { program, message } = kubernetesEnvironment()
    .extend({ variables: { [subject]: type } })
    .compile(source);
  if (!program) return { fault: `compilation failed: ${message}` };
  if (isCondition && program.type.name !== BOOL.name) return { fault: 'must evaluate to bool' };
  return { expression: expressionOf(program, subject), usesClaim: (claim) => program.selects('claims', claim) };
}

const expressionOf = (program: Program, subject: Subject): IdentityExpression => ({
  source: program.source,
  async evaluate(input) {
    const value = claimValue(subject === 'claims' ? dynamicValue(input) : structureValue(input, USER_INFO));
    const outcome = await program.evaluateInTurns({ [subject]: value });
    if (outcome.error) throw new ClaimError(`expression '${program.source}' resulted in error: ${outcome.error.message}`);
    return plainOf(outcome.value);
  },
});

function plainOf(value: Value): ExpressionValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (!(value instanceof ListValue)) return undefined;
  const texts: string[] = [];
  for (let i = 0; i < value.size; i++) {
    const item = value.at(i);
    if (typeof item !== 'string') return undefined;
    texts.push(item);
  }
  return texts;
}
