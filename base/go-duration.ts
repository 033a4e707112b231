/** Go's units, in milliseconds. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['μs', 1e-3],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);
/** A number and what stands before the next one; each can be read in one way only, so that reading is linear. */
const TERM = /(\d*)(\.\d*)?([^.\d]*)/y;
/** Go keeps whole numbers, and nanoseconds, in 63 bits. */
const MAX = 2 ** 63;
const MAX_MS = MAX / 1e6;

/** Reads a duration such as `1m30s` as Go's time.ParseDuration does: returns milliseconds, or Go's sentence about a text that is none. */
export function parseGoDuration(text: string): number | string {
  const quoted = () => JSON.stringify(text);
  const invalid = () => `time: invalid duration ${quoted()}`;
  const signed = text.startsWith('-') || text.startsWith('+');
  if (text.length - (signed ? 1 : 0) === 1 && text.endsWith('0')) return 0;
  let at = signed ? 1 : 0;
  if (at === text.length) return invalid();
  let ms = 0;
  while (at < text.length) {
    TERM.lastIndex = at;
    const [, whole = '', fraction = '', unit = ''] = TERM.exec(text) ?? [];
    if ((whole === '' && fraction.length < 2) || Number(whole) >= MAX) return invalid();
    if (unit === '') return `time: missing unit in duration ${quoted()}`;
    const factor = UNITS.get(unit);
    if (factor === undefined) return `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted()}`;
    ms += (Number(whole) + Number(`0${fraction}`)) * factor;
    if (ms > MAX_MS) return invalid();
    at = TERM.lastIndex;
  }
  return text.startsWith('-') ? -ms : ms;
}

/** Writes whole milliseconds as Go's Duration.String does: `15.012s`, `1m0.5s`, `2h0m0s`, `250ms`. */
export function goDurationText(ms: number): string {
  if (ms === 0) return '0s';
  const sign = ms < 0 ? '-' : '';
  const total = Math.abs(ms);
  if (total < 1000) return `${sign}${total}ms`;
  const hours = Math.floor(total / 3_600_000);
  const minutes = Math.floor(total / 60_000) % 60;
  const seconds = (total % 60_000) / 1000;
  const head = hours > 0 ? `${hours}h${minutes}m` : minutes > 0 ? `${minutes}m` : '';
  return `${sign}${head}${seconds}s`;
}
