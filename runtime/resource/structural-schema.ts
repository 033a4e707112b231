import * as z from 'zod';
import { goPattern } from '../../base/regexp.ts';
import type { Rule } from './rule.ts';
import { ruleOf } from './rule.ts';
import { celOf } from './rule-cel.ts';
import type { StructuralNode, Validation } from './structural-node.ts';

/** The JSON schema that zod makes of a type, as far as it is read here. */
type JsonSchema = z.core.JSONSchema.BaseSchema;

export interface Translated {
  readonly schema: StructuralNode;
  /** The fields with refinements that are plain functions: they are checked in this process, not in the cluster. */
  readonly clientOnly: readonly string[];
}

/** Types of zod whose values are no JSON, or whose stored form would differ from the parsed one. */
const IMPOSSIBLE: Readonly<Record<string, string>> = {
  transform: 'the stored form would differ from the parsed one: transform values in the controller',
  pipe: 'the stored form would differ from the parsed one: transform values in the controller',
  date: 'write z.iso.datetime()',
  bigint: 'write z.int()',
  map: 'write z.record(z.string(), …)',
  set: 'write z.array(…)',
  tuple: 'write z.object(…) or z.array(…)',
  intersection: 'write one z.object(…), with .extend(…)',
  lazy: 'schemas of a cluster are finite: write z.unknown() where values may nest',
};

/** The formats that the API server checks by itself, by zod's names. */
const FORMATS: Readonly<Record<string, string>> = {
  email: 'email',
  uuid: 'uuid',
  ipv4: 'ipv4',
  ipv6: 'ipv6',
  uri: 'uri',
  date: 'date',
  'date-time': 'date-time',
};
const INT32 = [-(2 ** 31), 2 ** 31 - 1] as const;

/**
 * Translates a zod schema into a structural schema, its rules into CEL.
 * @throws Error that names the field, if a part of it has no form in a CustomResourceDefinition.
 */
export function structuralSchema(schema: z.ZodType, at: string): Translated {
  const found: Found = { rules: [], clientOnly: [], at: new Map() };
  look(schema, at, found);
  const json = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    reused: 'inline',
    cycles: 'throw',
    unrepresentable: 'throw',
    override({ zodSchema, jsonSchema }) {
      const own = found.at.get(zodSchema);
      if (own) Object.assign(jsonSchema, { [RULES]: own });
    },
  });
  return { schema: translate(json, at, found.rules), clientOnly: found.clientOnly };
}

/** The key under which a JSON schema names its rules, until they are written as CEL: JSON keeps no functions. */
const RULES = 'x-rules';

interface Found {
  readonly rules: Rule[];
  readonly clientOnly: string[];
  /** Indexes in `rules` of a type's own. */
  readonly at: Map<z.core.$ZodType, number[]>;
}

/** Looks at the type of each field, before zod does: its errors do not name the field. */
function look(schema: z.core.$ZodType, path: string, found: Found): void {
  const { def } = schema._zod as unknown as { readonly def: TypeDefinition };
  const remedy = IMPOSSIBLE[def.type];
  if (remedy !== undefined) throw new Error(`${path}: z.${def.type} has no form in a CustomResourceDefinition: ${remedy}`);
  for (const check of def.checks ?? []) {
    const rule = ruleOf(check._zod.check);
    if (rule) found.at.set(schema, [...(found.at.get(schema) ?? []), found.rules.push(rule) - 1]);
    else if (check._zod.def.check === 'custom') found.clientOnly.push(path);
  }
  for (const [name, field] of Object.entries(def.shape ?? {})) look(field, `${path}.${name}`, found);
  if (def.element) look(def.element, `${path}[]`, found);
  if (def.valueType) look(def.valueType, `${path}.*`, found);
  if (def.innerType) look(def.innerType, path, found);
  for (const option of def.options ?? []) look(option, path, found);
}

/** The parts of a type's definition that hold others. */
interface TypeDefinition {
  readonly type: string;
  readonly checks?: readonly { readonly _zod: { readonly check: object; readonly def: { readonly check: string } } }[];
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly element?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly innerType?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
}

function translate(json: JsonSchema, path: string, rules: readonly Rule[]): StructuralNode {
  const described = {
    ...(json.description === undefined ? {} : { description: json.description }),
    ...(json.default === undefined ? {} : { default: json.default }),
  };
  const node: StructuralNode = { ...(json.anyOf ? unionOf(json.anyOf, path, rules) : nodeOf(json, path, rules)), ...described };
  const own = (json[RULES] as readonly number[] | undefined)?.flatMap((index) => rules[index] ?? []) ?? [];
  const written = own.map((rule) => validationOf(rule, node, path));
  return written.length === 0 ? node : { ...node, 'x-kubernetes-validations': [...(node['x-kubernetes-validations'] ?? []), ...written] };
}

function validationOf(rule: Rule, node: StructuralNode, path: string): Validation {
  try {
    const fieldPath = rule.path.length === 0 ? {} : { fieldPath: `.${rule.path.join('.')}` };
    return { rule: celOf(rule, node), message: rule.message, ...(rule.reason === undefined ? {} : { reason: rule.reason }), ...fieldPath };
  } catch (error) {
    throw new Error(`${path}: the rule "${rule.message}" cannot be written as CEL: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A union is `null` beside a type, or integer beside string: others have no structural form. */
function unionOf(options: readonly JsonSchema[], path: string, rules: readonly Rule[]): StructuralNode {
  const others = options.filter(({ type }) => type !== 'null');
  const [only] = others;
  if (only && others.length === 1) return { ...translate(only, path, rules), nullable: true };
  if (
    others
      .map(({ type }) => type)
      .sort()
      .join() === 'integer,string'
  )
    return { 'x-kubernetes-int-or-string': true };
  throw new Error(
    `${path}: this union has no form in a CustomResourceDefinition: write one z.object with optional fields, and a rule that says which go together`,
  );
}

function nodeOf(json: JsonSchema, path: string, rules: readonly Rule[]): StructuralNode {
  // zod writes a nullable scalar as a list of types.
  const types: unknown = json.type;
  if (Array.isArray(types))
    return unionOf(
      types.map((type) => ({ ...json, default: undefined, description: undefined, [RULES]: undefined, type })),
      path,
      rules,
    );
  const values = json.const === undefined ? json.enum : [json.const];
  const withValues = values === undefined ? {} : { enum: [...values] };
  switch (json.type) {
    case 'object':
      return objectOf(json, path, rules);
    case 'array': {
      if (typeof json.items !== 'object' || Array.isArray(json.items)) throw new Error(`${path}: a list has elements of one type`);
      return { type: 'array', items: translate(json.items as JsonSchema, `${path}[]`, rules), ...picked(json, ['minItems', 'maxItems']) };
    }
    case 'string':
      return { type: 'string', ...withValues, ...picked(json, ['minLength', 'maxLength']), ...textShape(json, path) };
    case 'integer':
    case 'number':
      return { type: json.type, ...withValues, ...bounds(json), ...picked(json, ['multipleOf']) };
    case 'boolean':
      return { type: 'boolean', ...withValues };
    case undefined:
      if (values !== undefined) return { type: scalarType(values[0], path), ...withValues };
      return { 'x-kubernetes-preserve-unknown-fields': true };
    default:
      throw new Error(`${path}: ${JSON.stringify(json.type)} has no form in a CustomResourceDefinition`);
  }
}

function scalarType(value: unknown, path: string): 'string' | 'integer' | 'number' | 'boolean' {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  throw new Error(`${path}: a literal is a text, a number or a boolean`);
}

function objectOf(json: JsonSchema, path: string, rules: readonly Rule[]): StructuralNode {
  const { properties, additionalProperties, required } = json;
  if (properties === undefined && typeof additionalProperties === 'object' && Object.keys(additionalProperties).length > 0) {
    return { type: 'object', additionalProperties: translate(additionalProperties, `${path}.*`, rules) };
  }
  const fields = Object.entries(properties ?? {}).map(([name, field]) => [name, translate(field as JsonSchema, `${path}.${name}`, rules)] as const);
  return {
    type: 'object',
    ...(fields.length === 0 ? {} : { properties: Object.fromEntries(fields) }),
    ...(required && required.length > 0 ? { required: [...required] } : {}),
    // z.looseObject keeps fields that it does not know.
    ...(typeof additionalProperties === 'object' ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
  };
}

/** The format and patterns of a text. A pattern that belongs to a format that the API server checks is left to it. */
function textShape(json: JsonSchema, path: string): Pick<StructuralNode, 'format' | 'pattern' | 'allOf'> {
  const format = json.format === undefined ? undefined : FORMATS[json.format];
  if (format !== undefined) return { format };
  const patterns = [json.pattern, ...(json.allOf ?? []).map(({ pattern }) => pattern)].filter((pattern) => pattern !== undefined);
  for (const pattern of patterns) {
    try {
      goPattern(pattern);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${path}: the pattern /${pattern}/ is none of RE2, which Kubernetes uses (no look-around, no back-references): ${reason}`);
    }
  }
  const [first, ...more] = patterns;
  return { ...(first === undefined ? {} : { pattern: first }), ...(more.length === 0 ? {} : { allOf: more.map((pattern) => ({ pattern })) }) };
}

/** The bounds of a number, exclusive ones as flags, and the width of an integer as its format. */
function bounds(json: JsonSchema): Partial<StructuralNode> {
  const { type, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = json;
  const low = typeof exclusiveMinimum === 'number' ? exclusiveMinimum : minimum;
  const high = typeof exclusiveMaximum === 'number' ? exclusiveMaximum : maximum;
  const isInt32 = type === 'integer' && minimum === INT32[0] && maximum === INT32[1];
  const isBound = (bound: number | undefined): bound is number => bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER && !isInt32;
  return {
    ...(type === 'integer' ? { format: isInt32 ? 'int32' : 'int64' } : {}),
    ...(isBound(low) ? { minimum: low, ...(typeof exclusiveMinimum === 'number' ? { exclusiveMinimum: true } : {}) } : {}),
    ...(isBound(high) ? { maximum: high, ...(typeof exclusiveMaximum === 'number' ? { exclusiveMaximum: true } : {}) } : {}),
  };
}

const picked = (json: JsonSchema, names: readonly ('minLength' | 'maxLength' | 'minItems' | 'maxItems' | 'multipleOf')[]): Partial<StructuralNode> =>
  Object.fromEntries(names.flatMap((name) => (json[name] === undefined ? [] : [[name, json[name]]])));
