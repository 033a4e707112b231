import type { Functions, Library, Overload } from '../../../base/cel/functions.ts';
import type { CelType } from '../../../base/cel/types.ts';
import { BOOL, DOUBLE, INT, objectType, STRING } from '../../../base/cel/types.ts';
import type { Value } from '../../../base/cel/values.ts';
import { EvaluationError, noSuchOverload, OpaqueValue } from '../../../base/cel/values.ts';
import type { Quantity } from '../../schema/quantity.ts';
import { parseQuantity, QuantityError } from '../../schema/quantity.ts';

export const QUANTITY_TYPE: CelType = objectType('kubernetes.Quantity');
const NANO = 1_000_000_000n;
const INT_RANGE = [-(2n ** 63n), 2n ** 63n - 1n] as const;
/** Digits that Go keeps in an integer of 64 bits with a scale. */
const FACTOR_DIGITS = 18;
const SUFFIX_EXPONENTS: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY_EXPONENTS: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

/** A quantity, with the power of ten that Go would scale it by: only one of zero or more can be read as an integer. */
class QuantityValue extends OpaqueValue {
  readonly type = QUANTITY_TYPE;
  readonly quantity: Quantity;
  /** Undefined where Go keeps the amount as a decimal of any size. */
  readonly scale: number | undefined;
  constructor(quantity: Quantity, scale: number | undefined) {
    super();
    this.quantity = quantity;
    this.scale = scale;
  }
  get nanos(): bigint {
    return this.quantity.nanos;
  }
  equals(other: OpaqueValue): boolean {
    return other instanceof QuantityValue && other.nanos === this.nanos;
  }
}

/** Returns the scale at which Go keeps a text's amount. */
function scaleOf(text: string): number | undefined {
  const [, whole = '', fraction = '', suffix = ''] = /^[+-]?0*(\d*)(?:\.(\d*))?(.*)$/.exec(text) ?? [];
  const binary = BINARY_EXPONENTS[suffix];
  const digits = whole.length + fraction.length;
  if (binary !== undefined) {
    const precision = fraction === '' && !text.includes('.') ? 15 - whole.length - Math.trunc((binary * 3) / 10) - 1 : -1;
    return precision >= 0 ? 0 : undefined;
  }
  const scale = (SUFFIX_EXPONENTS[suffix] ?? Number(suffix.slice(1))) - fraction.length;
  return FACTOR_DIGITS - digits >= 0 && scale >= -9 ? scale : undefined;
}

function quantity(value: Value | undefined): QuantityValue {
  if (!(value instanceof QuantityValue)) throw noSuchOverload();
  return value;
}
function parsed(text: Value | undefined): QuantityValue {
  if (typeof text !== 'string') throw noSuchOverload();
  return new QuantityValue(parseQuantity(text), scaleOf(text));
}

/** Returns a quantity's text as expressions see it. @throws QuantityError */
export const quantityValue = (text: string): Value => parsed(text);

function integer(value: QuantityValue): bigint | undefined {
  if (value.scale === undefined || value.scale < 0) return undefined;
  const whole = value.nanos / NANO;
  return whole < INT_RANGE[0] || whole > INT_RANGE[1] ? undefined : whole;
}

function combined(a: QuantityValue, b: Value | undefined, sign: bigint): QuantityValue {
  const other = typeof b === 'bigint' ? new QuantityValue({ nanos: b * NANO, format: 'DecimalExponent' }, 0) : quantity(b);
  const format = a.nanos === 0n ? other.quantity.format : a.quantity.format;
  const scales = [a.nanos === 0n ? other.scale : a.scale, other.nanos === 0n ? a.scale : other.scale];
  const scale = scales.includes(undefined) ? undefined : Math.min(...scales.map(Number));
  return new QuantityValue({ nanos: a.nanos + sign * other.nanos, format }, scale);
}

const order = (a: Value | undefined, b: Value | undefined): number => {
  const [left, right] = [quantity(a).nanos, quantity(b).nanos];
  return left < right ? -1 : left > right ? 1 : 0;
};

const member = (id: string, params: readonly CelType[], result: CelType, call: NonNullable<Overload['call']>): Overload => ({
  id,
  member: true,
  params,
  result,
  call,
});
const Q = QUANTITY_TYPE;

const functions: Functions = {
  quantity: [
    {
      id: 'string_to_quantity',
      params: [STRING],
      result: Q,
      call: (text) => {
        try {
          return parsed(text);
        } catch (error) {
          if (error instanceof QuantityError) throw new EvaluationError(error.message);
          throw error;
        }
      },
    },
  ],
  isQuantity: [
    {
      id: 'is_quantity_string',
      params: [STRING],
      result: BOOL,
      call: (text) => {
        try {
          parsed(text);
          return true;
        } catch (error) {
          if (error instanceof QuantityError) return false;
          throw error;
        }
      },
    },
  ],
  // Upstream declares it as a function and not as a method.
  sign: [
    {
      id: 'quantity_sign',
      params: [Q],
      result: INT,
      call: (value) => {
        const { nanos } = quantity(value);
        return nanos === 0n ? 0n : nanos < 0n ? -1n : 1n;
      },
    },
  ],
  isGreaterThan: [member('quantity_is_greater_than', [Q, Q], BOOL, (a, b) => order(a, b) > 0)],
  isLessThan: [member('quantity_is_less_than', [Q, Q], BOOL, (a, b) => order(a, b) < 0)],
  compareTo: [member('quantity_compare_to', [Q, Q], INT, (a, b) => BigInt(order(a, b)))],
  asApproximateFloat: [member('quantity_get_float', [Q], DOUBLE, (value) => Number(quantity(value).nanos) / Number(NANO))],
  asInteger: [
    member('quantity_get_int', [Q], INT, (value) => {
      const whole = integer(quantity(value));
      if (whole === undefined) throw new EvaluationError('cannot convert value to integer');
      return whole;
    }),
  ],
  isInteger: [member('quantity_is_integer', [Q], BOOL, (value) => integer(quantity(value)) !== undefined)],
  add: [
    member('quantity_add', [Q, Q], Q, (a, b) => combined(quantity(a), b, 1n)),
    member('quantity_add_int', [Q, INT], Q, (a, b) => combined(quantity(a), b, 1n)),
  ],
  sub: [
    member('quantity_sub', [Q, Q], Q, (a, b) => combined(quantity(a), b, -1n)),
    member('quantity_sub_int', [Q, INT], Q, (a, b) => combined(quantity(a), b, -1n)),
  ],
};

/** Quantities: `quantity('1Gi').isGreaterThan(quantity('1G'))`. */
export const quantityLibrary: Library = { functions };
