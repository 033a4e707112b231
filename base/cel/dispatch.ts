import type { Overload } from './functions.ts';
import type { CelType } from './types.ts';
import type { Value } from './values.ts';
import { Bytes, Duration, EvaluationError, ListValue, MapValue, OpaqueValue, OptionalValue, Timestamp, TypeValue, typeOf, Uint } from './values.ts';

/** Whether a value is of a type, as far as can be told without looking at its elements. */
function isOf(value: Value, type: CelType): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'param':
      return true;
    case 'string':
      return typeof value === 'string';
    case 'int':
      return typeof value === 'bigint';
    case 'double':
      return typeof value === 'number';
    case 'bool':
      return typeof value === 'boolean';
    case 'null':
      return value === null;
    case 'list':
      return value instanceof ListValue;
    case 'map':
      return value instanceof MapValue;
    case 'uint':
      return value instanceof Uint;
    case 'bytes':
      return value instanceof Bytes;
    case 'timestamp':
      return value instanceof Timestamp;
    case 'duration':
      return value instanceof Duration;
    case 'type':
      return value instanceof TypeValue;
    case 'error':
      return false;
    case 'object':
    case 'opaque':
      if (type.name === 'optional_type') return value instanceof OptionalValue;
      return (value instanceof OpaqueValue || value instanceof MapValue) && value.type?.name === type.name;
  }
}

/** A list of strings and a list of numbers are told apart by their first element, as in cel-go. */
function fits(value: Value, type: CelType): boolean {
  if (!isOf(value, type)) return false;
  const item = type.kind === 'list' ? type.params[0] : undefined;
  return !item || !(value instanceof ListValue) || value.size === 0 || isOf(value.at(0), item);
}

/**
 * Returns the first of the overloads whose parameters the values fit.
 * @throws EvaluationError in cel-go's words if there is none
 */
export function overloadFor(name: string, overloads: readonly Overload[], args: readonly Value[]): Overload {
  for (const overload of overloads) {
    if (overload.params.length !== args.length) continue;
    if (overload.params.every((type, i) => fits(args[i] ?? null, type))) return overload;
  }
  throw new EvaluationError(`no such overload: ${name}(${args.map((arg) => typeOf(arg).name).join(', ')})`);
}
