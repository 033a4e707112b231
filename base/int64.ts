const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;
const MAX_DIGITS = 20;

/**
 * Reads a decimal integer of 64 bits as Go's `strconv.ParseInt(text, 10, 64)` does: an optional sign, then digits and nothing else.
 * Returns undefined if the text is no such number or does not fit into 64 bits.
 */
export function parseInt64(text: string): bigint | undefined {
  if (!/^[-+]?[0-9]+$/.test(text)) return undefined;
  // A number of many digits is out of range unless they are zeros, and is not worth its conversion.
  if (text.length > MAX_DIGITS && !/^[-+]?0*[0-9]{1,19}$/.test(text)) return undefined;
  const value = BigInt(text);
  return value >= MIN && value <= MAX ? value : undefined;
}
