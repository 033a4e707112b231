import type { Environment, Program } from '../../../base/cel/program.ts';
import { BOOL, type CelType, optionalType, STRING } from '../../../base/cel/types.ts';
import type { Declaration } from '../declarations.ts';
import { sizesIn, typeOfDeclaration } from '../declarations.ts';
import { kubernetesEnvironment } from '../environment.ts';
import type { CelSchema, Rule } from '../schema.ts';
import { fieldAtPath } from './field-path.ts';

/** A rule, compiled. Without an error and a program, the rule is empty. */
export interface CompiledRule {
  readonly rule: Rule;
  readonly program?: Program;
  readonly error?: string;
  readonly messageProgram?: Program;
  readonly messageError?: string;
  readonly usesOldSelf: boolean;
  /** The field that errors are reported for, relative to the value; undefined for the value itself. */
  readonly path?: string;
}

/** The name of the type of `self`; upstream appends a number that nobody can rely on. */
const SELF_TYPE = 'selfType0';

export const maxCostOf = (program: Program | undefined, declaration: Declaration): number => program?.estimate(sizesIn(declaration)).max ?? 0;

/** Returns the compiler of the rules of one schema. */
export function ruleCompiler(schema: CelSchema, declaration: Declaration): (rule: Rule) => CompiledRule {
  const self = typeOfDeclaration(declaration, SELF_TYPE);
  const environments = new Map<boolean, Environment>();
  const environmentFor = (optional: boolean): Environment => {
    const known = environments.get(optional);
    if (known) return known;
    const variables = { self, oldSelf: optional ? optionalType(self) : self };
    const made = kubernetesEnvironment().extend({ variables });
    environments.set(optional, made);
    return made;
  };
  return (rule) => compileRule(rule, schema, environmentFor(rule.optionalOldSelf === true));
}

function compileRule(rule: Rule, schema: CelSchema, environment: Environment): CompiledRule {
  if (rule.rule.trim() === '') return { rule, usesOldSelf: false };
  const { program, error } = compiled(environment, rule.rule, BOOL, 'compilation failed: ', 'cel expression must evaluate to a bool');
  if (!program) return { rule, usesOldSelf: false, error };
  const base = { rule, program, usesOldSelf: program.references.has('oldSelf') };
  const field = rule.fieldPath ? fieldAtPath(rule.fieldPath, schema) : undefined;
  const placed = field?.ok && field.path !== '' ? { ...base, path: field.path } : base;
  if (!rule.messageExpression) return placed;
  const message = compiled(
    environment,
    rule.messageExpression,
    STRING,
    'messageExpression compilation failed: ',
    'messageExpression must evaluate to a string',
  );
  return message.program ? { ...placed, messageProgram: message.program } : { ...base, messageError: message.error };
}

type Result = { readonly program: Program; readonly error?: undefined } | { readonly program?: undefined; readonly error: string };

function compiled(environment: Environment, source: string, expected: CelType, prefix: string, mistyped: string): Result {
  const { program, message } = environment.compile(source);
  if (!program) return { error: `${prefix}${message}` };
  return program.type.kind === expected.kind ? { program } : { error: mistyped };
}
