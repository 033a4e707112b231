import { entriesOf } from '../../../base/json.ts';
import type { Steps } from '../../../base/steps.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, invalid } from '../../schema/field-error.ts';
import type { Declaration } from '../declarations.ts';
import { declarationOf, mostPerRequest } from '../declarations.ts';
import { escapedName } from '../escaping.ts';
import type { CelSchema, Rule } from '../schema.ts';
import { isEmbedded, valuesOf } from '../schema.ts';
import { maxCostOf, ruleCompiler } from './compiled-rule.ts';

const RULE_COST_LIMIT = 10_000_000;
const SCHEMA_COST_LIMIT = 100_000_000;
const MOST_EXPENSIVE = 4;

export interface DefinitionCheckOptions {
  /** A definition whose schema does not change may keep rules that are too expensive one by one. */
  readonly allowExpensiveRules?: boolean | undefined;
}

/** A schema within a definition, as the rules below it are judged. */
interface Place {
  readonly schema: CelSchema;
  readonly path: string;
  readonly isResource: boolean;
  /** The most values of the schema that an object may hold; undefined if nothing bounds their number. */
  readonly cardinality: number | undefined;
  /** The outermost schema above whose elements cannot be told from those before an update. */
  readonly uncorrelatable: string | undefined;
  readonly declaration: Declaration | undefined;
}

interface Total {
  cost: number;
  readonly expensive: { readonly path: string; readonly cost: number }[];
}

/**
 * Compiles the rules of a valid schema and returns the faults: rules that do not compile, cost too much, or compare with an old value that
 * cannot be found. Each rule is a step.
 */
export function* checkRules(schema: CelSchema, path: string, options: DefinitionCheckOptions = {}): Steps<FieldError[]> {
  const errors: FieldError[] = [];
  const total: Total = { cost: 0, expensive: [] };
  const root: Place = { schema, path, isResource: true, cardinality: 1, uncorrelatable: undefined, declaration: undefined };
  yield* checkPlace(root, total, options, errors);
  if (total.cost <= SCHEMA_COST_LIMIT) return errors;
  for (const { path: at } of total.expensive) {
    errors.push(forbidden(at, 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema'));
  }
  errors.push(
    forbidden(path, costMessage('x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema', total.cost, SCHEMA_COST_LIMIT)),
  );
  return errors;
}

function* checkPlace(given: Place, total: Total, options: DefinitionCheckOptions, errors: FieldError[]): Steps<void> {
  yield;
  const { schema } = given;
  const rules = schema['x-kubernetes-validations'] ?? [];
  const declaration = rules.length === 0 ? given.declaration : (given.declaration ?? declarationOf(schema, given.isResource));
  const place = declaration ? { ...given, declaration } : given;
  for (const child of childrenOf(place)) yield* checkPlace(child, total, options, errors);
  if (rules.length === 0) return;
  if (!declaration) {
    errors.push({
      type: 'InternalError',
      field: `${place.path}.x-kubernetes-validations`,
      message:
        'Internal error: internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations',
    });
    return;
  }
  const compile = ruleCompiler(schema, declaration);
  for (const [i, each] of rules.entries()) {
    yield;
    const compiled = compile(each);
    const at = `${place.path}.x-kubernetes-validations[${i}]`;
    const { rule, error, messageError, messageProgram } = compiled;
    const cost = saturated(maxCostOf(compiled.program, declaration) * (place.cardinality ?? mostPerRequest(declaration)));
    observe(`${at}.rule`, 'estimated rule cost', cost, total, options, errors);
    if (error !== undefined) errors.push(invalid(`${at}.rule`, shownRule(rule), error));
    if (messageError !== undefined) errors.push(invalid(`${at}.messageExpression`, shownRule(rule), messageError));
    else if (messageProgram) {
      observe(`${at}.messageExpression`, 'estimated messageExpression cost', maxCostOf(messageProgram, declaration), total, options, errors);
    }
    if (compiled.usesOldSelf && place.uncorrelatable !== undefined) {
      const why = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${place.uncorrelatable}`;
      errors.push(invalid(`${at}.rule`, rule.rule, why));
    } else if (!compiled.usesOldSelf && rule.optionalOldSelf !== undefined) {
      errors.push(invalid(`${at}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule'));
    }
  }
}

/** Shows a rule as Go does, with all its fields. */
const shownRule = ({ rule, message = '', messageExpression = '', reason, fieldPath = '', optionalOldSelf }: Rule): unknown => ({
  Rule: rule,
  Message: message,
  MessageExpression: messageExpression,
  Reason: reason ?? null,
  FieldPath: fieldPath,
  OptionalOldSelf: optionalOldSelf ?? null,
});

function* childrenOf(place: Place): Generator<Place> {
  const { schema, path, declaration } = place;
  const base = { cardinality: childCardinality(place), uncorrelatable: place.uncorrelatable };
  const values = valuesOf(schema);
  if (values)
    yield { ...base, schema: values, path: `${path}.additionalProperties`, isResource: isEmbedded(values), declaration: declaration?.element };
  for (const [name, property] of entriesOf(schema.properties)) {
    const escaped = escapedName(name);
    yield {
      ...base,
      schema: property,
      path: `${path}.properties[${name}]`,
      isResource: isEmbedded(property),
      declaration: escaped === undefined ? undefined : declaration?.fields?.get(escaped),
    };
  }
  if (!schema.items) return;
  const uncorrelatable = schema['x-kubernetes-list-type'] === 'map' ? place.uncorrelatable : (place.uncorrelatable ?? path);
  yield {
    ...base,
    uncorrelatable,
    schema: schema.items,
    path: `${path}.items`,
    isResource: isEmbedded(schema.items),
    declaration: declaration?.element,
  };
}

/** Returns how many values the children of a schema may have; undefined if nothing bounds it. */
function childCardinality({ schema, cardinality }: Place): number | undefined {
  if (cardinality === undefined) return undefined;
  if (schema.type === 'object' && schema.additionalProperties !== undefined) {
    return schema.maxProperties === undefined ? undefined : saturated(cardinality * Math.max(0, schema.maxProperties));
  }
  if (schema.type !== 'array') return cardinality;
  return schema.maxItems === undefined ? undefined : saturated(cardinality * Math.max(0, schema.maxItems));
}

const saturated = (cost: number): number => (Number.isNaN(cost) ? 0 : Math.min(cost, 2 ** 64));

function observe(path: string, name: string, cost: number, total: Total, options: DefinitionCheckOptions, errors: FieldError[]): void {
  if (cost > RULE_COST_LIMIT && !options.allowExpensiveRules) errors.push(forbidden(path, costMessage(name, cost, RULE_COST_LIMIT)));
  total.cost = saturated(total.cost + cost);
  if (cost < SCHEMA_COST_LIMIT / 100) return;
  total.expensive.push({ path, cost });
  total.expensive.sort((a, b) => b.cost - a.cost);
  total.expensive.splice(MOST_EXPENSIVE);
}

function costMessage(name: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const text = factor > 100 ? 'more than 100x' : factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`;
  const advice = 'try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared';
  return `${name} exceeds budget by factor of ${text} (${advice})`;
}
