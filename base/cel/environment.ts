import { nextTurn } from '../next-turn.ts';
import { check } from './checker.ts';
import type { SizeHint } from './cost.ts';
import { estimateCost } from './estimate.ts';
import type { Costs, Library, Overload } from './functions.ts';
import type { Issue } from './issues.ts';
import { displayIssues } from './issues.ts';
import { checkLiterals } from './literal-checks.ts';
import type { Macro } from './macros.ts';
import { macroKey } from './macros.ts';
import { parse } from './parser.ts';
import type { Plan } from './plan.ts';
import { plan } from './plan.ts';
import type { Compiled, Environment, EnvironmentExtension, Outcome, Program, Variables } from './program.ts';
import { PER_CALL_LIMIT } from './program.ts';
import type { Frame } from './steps.ts';
import { SLICE } from './steps.ts';
import { Suspended } from './suspension.ts';
import type { Expr } from './syntax-tree.ts';
import { selectsField } from './syntax-tree.ts';
import type { CelType } from './types.ts';
import type { Value } from './values.ts';
import { EvaluationError, noSuchOverload } from './values.ts';

export interface EnvironmentOptions {
  readonly libraries: readonly Library[];
  /** The costs of functions; the first that knows a call decides. */
  readonly costs?: readonly Costs[];
}

interface Base {
  readonly functions: ReadonlyMap<string, readonly Overload[]>;
  readonly macros: ReadonlyMap<string, Macro>;
  readonly types: ReadonlyMap<string, CelType>;
  readonly costs: readonly Costs[];
}

/** Makes an environment with the functions of some libraries and no variables. */
export function createEnvironment({ libraries, costs = [] }: EnvironmentOptions): Environment {
  const functions = new Map<string, readonly Overload[]>();
  const macros = new Map<string, Macro>();
  const types = new Map<string, CelType>();
  for (const library of libraries) {
    for (const [name, overloads] of Object.entries(library.functions ?? {})) {
      const known = functions.get(name) ?? [];
      functions.set(name, [...known.filter(({ id }) => !overloads.some((o) => o.id === id)), ...overloads]);
    }
    for (const macro of library.macros ?? []) macros.set(macroKey(macro.name, macro.arity, macro.member), macro);
    for (const type of library.types ?? []) types.set(type.name, type);
  }
  return environment({ functions, macros, types, costs }, []);
}

function environment(base: Base, extensions: readonly EnvironmentExtension[]): Environment {
  return {
    extend: (extension) => environment(base, [...extensions, extension]),
    compile: (source) => compile(base, extensions, source),
  };
}

function find<T>(extensions: readonly EnvironmentExtension[], look: (extension: EnvironmentExtension) => T | undefined): T | undefined {
  for (let i = extensions.length - 1; i >= 0; i--) {
    const extension = extensions[i];
    const found = extension && look(extension);
    if (found !== undefined) return found;
  }
  return undefined;
}

function compile(base: Base, extensions: readonly EnvironmentExtension[], source: string): Compiled {
  const issues: Issue[] = [];
  const expr = parse(source, base.macros, issues);
  if (!expr || issues.length > 0) return { message: displayIssues(source, issues) };
  const overloads = (name: string): readonly Overload[] | undefined => base.functions.get(name);
  const references = new Set<string>();
  const type = check(
    expr,
    {
      overloads,
      variable: (name) => find(extensions, ({ variables }) => (variables && Object.hasOwn(variables, name) ? variables[name] : undefined)),
      type: (name) => base.types.get(name) ?? find(extensions, ({ types }) => types?.(name)),
    },
    issues,
    references,
  );
  if (issues.length === 0) checkLiterals(expr, (name, value) => convert(overloads(name), value), issues);
  if (issues.length > 0) return { message: displayIssues(source, issues) };
  return { program: programOf(source, expr, type, references, base) };
}

function convert(overloads: readonly Overload[] | undefined, value: Value): Value {
  const call = overloads?.[0]?.call;
  if (!call) throw noSuchOverload();
  return call(value);
}

function programOf(source: string, expr: Expr, type: CelType, references: ReadonlySet<string>, base: Base): Program {
  let made: Plan | undefined;
  const planned = (): Plan => {
    made ??= plan(expr, { overloads: (name) => base.functions.get(name), costs: base.costs });
    return made;
  };
  return {
    source,
    type,
    references,
    selects: (variable, field) => selectsField(expr, variable, field),
    evaluate(variables, limit = PER_CALL_LIMIT): Outcome {
      const frame = newFrame(variables, limit);
      try {
        return { value: planned().run(frame), cost: frame.cost };
      } catch (error) {
        return failed(error, frame);
      }
    },
    async evaluateInTurns(variables, limit = PER_CALL_LIMIT): Promise<Outcome> {
      for (;;) {
        const frame = newFrame(variables, limit);
        try {
          const evaluation = planned().sliced()(frame);
          for (let turn = evaluation.next(); ; turn = evaluation.next()) {
            if (turn.done) return { value: turn.value, cost: frame.cost };
            await nextTurn();
          }
        } catch (error) {
          if (!(error instanceof Suspended)) return failed(error, frame);
          await error.answered;
        }
      }
    },
    estimate: (sizeOf: SizeHint = () => undefined) => estimateCost(expr, sizeOf, base.costs),
  };
}

const newFrame = (variables: Variables, limit: number): Frame => ({ variables, globals: [], locals: [], cost: 0, limit, pauseAt: SLICE });

/** Returns an expression's own error as the outcome; others are thrown. */
function failed(error: unknown, { cost }: Frame): Outcome {
  if (error instanceof EvaluationError) return { error, cost };
  throw error;
}
