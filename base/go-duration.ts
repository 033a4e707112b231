const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['μs', 1e-3],
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** The longest duration that fits into Go's 64 bits of nanoseconds. */
const MAX_MS = (2 ** 63 - 1) / 1e6;

const isDigit = (char: string): boolean => char >= '0' && char <= '9';

/**
 * Reads a duration as Go's `time.ParseDuration` does: `1m30s`, `-1.5h`, `0`. Returns milliseconds, or undefined if the text is no duration or
 * does not fit into Go's type. One pass over the text.
 */
export function parseGoDuration(text: string): number | undefined {
  const begin = text.startsWith('-') || text.startsWith('+') ? 1 : 0;
  if (text.length === begin + 1 && text.endsWith('0')) return 0;
  let total = 0;
  let i = begin;
  while (i < text.length) {
    const number = i;
    while (i < text.length && isDigit(text.charAt(i))) i++;
    let digits = i - number;
    if (text.charAt(i) === '.') {
      const point = ++i;
      while (i < text.length && isDigit(text.charAt(i))) i++;
      digits += i - point;
    }
    const unit = i;
    while (i < text.length && text.charAt(i) !== '.' && !isDigit(text.charAt(i))) i++;
    const milliseconds = UNITS.get(text.slice(unit, i));
    if (digits === 0 || milliseconds === undefined) return undefined;
    total += Number(text.slice(number, unit)) * milliseconds;
    if (total > MAX_MS) return undefined;
  }
  return i === begin ? undefined : text.startsWith('-') ? -total : total;
}
