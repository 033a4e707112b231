import { parseInt64 } from '../../base/int64.ts';

/**
 * resource.Quantity: a fixed-point number with a suffix (`100m`, `1Gi`, `1e3`), exact to a billionth.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export interface Quantity {
  /** The amount in billionths (10⁻⁹). */
  readonly nanos: bigint;
  readonly format: QuantityFormat;
}

export type QuantityFormat = 'BinarySI' | 'DecimalSI' | 'DecimalExponent';

/** The faults of a quantity's text, in the words that clients of kube-apiserver match on. */
export class QuantityError extends Error {
  override readonly name = 'QuantityError';
}

const FORMAT_WRONG = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const SUFFIX_WRONG = "unable to parse quantity's suffix";

const NANO = 1_000_000_000n;
const MAX = ((1n << 63n) - 1n) * NANO;
const DECIMAL: ReadonlyMap<string, number> = new Map(Object.entries({ n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }));
const BINARY: ReadonlyMap<string, number> = new Map(Object.entries({ Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 }));
const decimalSuffixes = new Map([...DECIMAL].map(([suffix, exponent]) => [exponent, suffix]));
const binarySuffixes = new Map([...BINARY].map(([suffix, exponent]) => [exponent, suffix]));

interface Parts {
  readonly negative: boolean;
  /** Digits before the point, without leading zeros, and after it. */
  readonly whole: string;
  readonly fraction: string;
  readonly format: QuantityFormat;
  /** Of two for BinarySI, of ten otherwise. */
  readonly exponent: number;
}

const SUFFIX_LETTERS = 'eEinumkKMGTP';
const isDigit = (char: string): boolean => char >= '0' && char <= '9';

/** Returns the index of the first character from `at` on for which the test fails. */
function after(text: string, at: number, test: (char: string) => boolean): number {
  let i = at;
  while (i < text.length && test(text.charAt(i))) i++;
  return i;
}

/** Takes a quantity's text apart in one pass. @throws QuantityError */
function split(text: string): Parts {
  const hasSign = text.startsWith('+') || text.startsWith('-');
  const first = after(text, hasSign ? 1 : 0, (char) => char === '0');
  const point = after(text, first, isDigit);
  const hasFraction = text.charAt(point) === '.';
  const number = hasFraction ? after(text, point + 1, isDigit) : point;
  const letters = after(text, number, (char) => SUFFIX_LETTERS.includes(char));
  const signed = letters < text.length && '+-'.includes(text.charAt(letters)) ? letters + 1 : letters;
  if (text === '' || after(text, signed, isDigit) < text.length) throw new QuantityError(FORMAT_WRONG);
  const suffix = text.slice(number);
  const parts = { negative: text.startsWith('-'), whole: text.slice(first, point), fraction: hasFraction ? text.slice(point + 1, number) : '' };
  const decimal = DECIMAL.get(suffix);
  if (decimal !== undefined) return { ...parts, format: 'DecimalSI', exponent: decimal };
  const binary = BINARY.get(suffix);
  if (binary !== undefined) return { ...parts, format: 'BinarySI', exponent: binary };
  if (!/^[eE][-+]?\d+$/.test(suffix)) throw new QuantityError(SUFFIX_WRONG);
  const exponent = parseInt64(suffix.slice(1));
  if (exponent === undefined) throw new QuantityError(SUFFIX_WRONG);
  return { ...parts, format: 'DecimalExponent', exponent: Number(BigInt.asIntN(32, exponent)) };
}

/** Bounds on what is computed with: a client may not make the server compute big powers. Texts are not bound by them. */
const MAX_EXPONENT = 400;
const MAX_DIGITS = 500;

/** Returns the amount in billionths. A finer amount is rounded away from zero; a binary one above 2⁶³-1 is cut to that, as upstream does. */
function amount({ negative, whole, fraction, format, exponent }: Parts): bigint {
  let nanos: bigint;
  const digits = whole + fraction;
  if (!/[1-9]/.test(digits)) return 0n;
  const point = whole.length + (format === 'BinarySI' ? 0 : exponent) + 9;
  if (point > MAX_EXPONENT) nanos = 10n ** BigInt(MAX_EXPONENT);
  else if (point < -60) nanos = 1n;
  else {
    const kept = digits.slice(0, MAX_DIGITS);
    const sticky = /[1-9]/.test(digits.slice(MAX_DIGITS)) ? 1n : 0n;
    let mantissa = BigInt(kept) * 10n + sticky;
    if (format === 'BinarySI') mantissa <<= BigInt(exponent);
    const shift = point - kept.length - 1;
    if (shift >= 0) nanos = mantissa * 10n ** BigInt(shift);
    else {
      const divisor = 10n ** BigInt(-shift);
      nanos = (mantissa + divisor - 1n) / divisor;
    }
  }
  if (format === 'BinarySI' && nanos > MAX) nanos = MAX;
  return negative ? -nanos : nanos;
}

/** @throws QuantityError if the text is not a quantity. */
export function parseQuantity(text: string): Quantity {
  const parts = split(text);
  return { nanos: amount(parts), format: parts.format };
}

/** Returns the fault of a quantity's text, or undefined. */
export function quantityProblem(text: string): string | undefined {
  try {
    canonicalQuantity(text);
    return undefined;
  } catch (error) {
    if (error instanceof QuantityError) return error.message;
    throw error;
  }
}

/** Returns the canonical text: no precision lost, no fraction, the suffix as large as possible. */
export function quantityText({ nanos, format }: Quantity): string {
  if (nanos === 0n) return '0';
  if (format === 'BinarySI') {
    const whole = nanos / NANO;
    if (nanos % NANO === 0n && (whole <= -1024n || whole >= 1024n)) {
      let mantissa = whole;
      let exponent = 0;
      while (exponent < 60 && mantissa % 1024n === 0n) {
        mantissa /= 1024n;
        exponent += 10;
      }
      return `${mantissa}${binarySuffixes.get(exponent) ?? ''}`;
    }
  }
  const sign = nanos < 0n ? '-' : '';
  return decimalText(sign, (nanos < 0n ? -nanos : nanos).toString(), -9, format);
}

/** Writes a decimal amount with the largest suffix, or power of a thousand, that leaves no fraction. `digits` is not zero. */
function decimalText(sign: string, digits: string, exponent: number, format: QuantityFormat): string {
  let end = digits.length;
  while (end > 1 && digits.charAt(end - 1) === '0') end--;
  const power = exponent + digits.length - end;
  const zeros = ((power % 3) + 3) % 3;
  const number = `${sign}${digits.slice(0, end)}${'0'.repeat(zeros)}`;
  const thousands = power - zeros;
  if (format === 'DecimalExponent') return thousands === 0 ? number : `${number}e${thousands}`;
  // As upstream: there is no suffix for powers beyond E, and none is written.
  return `${number}${decimalSuffixes.get(thousands) ?? ''}`;
}

/** Returns the canonical text of a decimal amount, however large. */
function canonicalDecimal({ negative, whole, fraction, format, exponent }: Parts): string {
  const all = `${whole}${fraction}`.replace(/^0+/, '');
  if (all === '') return '0';
  const finer = -9 - (exponent - fraction.length);
  if (finer <= 0) return decimalText(negative ? '-' : '', all, exponent - fraction.length, format);
  // Fractions finer than a billionth are rounded away from zero.
  const kept = all.slice(0, Math.max(0, all.length - finer)) || '0';
  const isExact = !/[1-9]/.test(all.slice(Math.max(0, all.length - finer)));
  return decimalText(negative ? '-' : '', isExact ? kept : incremented(kept), -9, format);
}

/** Returns the successor of a number, in digits. */
function incremented(digits: string): string {
  const nines = /9*$/.exec(digits)?.[0].length ?? 0;
  const at = digits.length - nines - 1;
  const head = at < 0 ? '1' : `${digits.slice(0, at)}${Number(digits.charAt(at)) + 1}`;
  return head + '0'.repeat(nines);
}

/** Upstream keeps the text it was given where it looks canonical, which spares `1500Mi` and, less intended, `1.500` and `+1`. */
function kept({ whole, fraction, format, exponent }: Parts): boolean {
  if (format === 'BinarySI') {
    return fraction === '' && whole.length + (exponent * 3) / 10 + 1 <= 15 && (Number(whole) & 7) !== 0;
  }
  const scale = exponent - fraction.length;
  const digits = (whole || '0') + fraction;
  return digits.length <= 18 && scale >= -9 && scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
}

const MEMO = 4096;
const canonical = new Map<string, string>();

/**
 * Returns the text as kube-apiserver writes back a quantity that it has read: `0.1` → `100m`, `1024Mi` → `1Gi`, `1000Mi` stays.
 * @throws QuantityError if the text is not a quantity.
 */
export function canonicalQuantity(text: string): string {
  const known = canonical.get(text);
  if (known !== undefined) return known;
  const parts = split(text);
  const result = kept(parts)
    ? text
    : parts.format === 'BinarySI'
      ? quantityText({ nanos: amount(parts), format: parts.format })
      : canonicalDecimal(parts);
  // A cluster has few distinct quantities; a client that sends many only empties the memo.
  if (canonical.size >= MEMO) canonical.clear();
  if (text.length <= 64) canonical.set(text, result);
  return result;
}

/** Returns -1, 0 or 1. */
export function compareQuantities(a: string, b: string): number {
  if (a === b) return 0;
  const left = parseQuantity(a).nanos;
  const right = parseQuantity(b).nanos;
  return left < right ? -1 : left > right ? 1 : 0;
}

const combined = (a: string, b: string, sign: 1n | -1n): string => {
  const left = parseQuantity(a);
  const right = parseQuantity(b);
  // As upstream: a zero takes the other's format.
  const format = left.nanos === 0n ? right.format : left.format;
  return quantityText({ nanos: left.nanos + sign * right.nanos, format });
};

/** Returns the sum, in the format of `a`, or of `b` if `a` is zero. */
export const addQuantities = (a: string, b: string): string => combined(a, b, 1n);
export const subtractQuantities = (a: string, b: string): string => combined(a, b, -1n);

/** Rounds a finer quantity up to thousandths, as upstream does with the resources of pods and nodes. */
export function roundToMilli(text: string): string {
  const { nanos, format } = parseQuantity(text);
  const rest = nanos % 1_000_000n;
  if (rest === 0n) return canonicalQuantity(text);
  return quantityText({ nanos: nanos - rest + (nanos > 0n ? 1_000_000n : -1_000_000n), format });
}

const roundedUp = (nanos: bigint, unit: bigint): number => {
  const quotient = nanos / unit;
  const rest = nanos % unit;
  return Number(rest === 0n ? quotient : nanos > 0n ? quotient + 1n : quotient - 1n);
};

/** Returns the amount as a whole number, rounded away from zero. */
export function valueOfQuantity(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : roundedUp(parseQuantity(text).nanos, NANO);
}

/** Returns the amount in thousandths, the unit of CPU, rounded away from zero. */
export function milliValueOfQuantity(text: string): number {
  if (/^\d{1,12}m?$/.test(text)) return text.endsWith('m') ? Number(text.slice(0, -1)) : Number(text) * 1000;
  return roundedUp(parseQuantity(text).nanos, 1_000_000n);
}

/** Returns -1, 0 or 1. */
export function signOfQuantity(text: string): number {
  const { nanos } = parseQuantity(text);
  return nanos < 0n ? -1 : nanos > 0n ? 1 : 0;
}
