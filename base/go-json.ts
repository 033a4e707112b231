/**
 * Scalars of JSON as Go reads them: which values its integers, bytes and times accept, their canonical form, and the errors. Clients match
 * on the errors, so their words are Go's.
 */

/** Returns the name of a JSON value's type in Go's errors: `cannot unmarshal number into …`. */
export function jsonTypeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'bigint') return 'number';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

export const inInt32 = (value: unknown): value is number => typeof value === 'number' && value === (value | 0) && !Object.is(value, -0);

/** Integers beyond 2^53 are bigints, see exact-json.ts; they are at most of 64 bits. */
export const inInt64 = (value: unknown): value is number | bigint =>
  typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63);

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Returns the position of the first byte that is wrong in base64, as Go's decoder counts; -1 if the text is right. */
export function base64Problem(text: string): number {
  if (text.length % 4 === 0 && BASE64.test(text)) return -1;
  // Line breaks are skipped; groups of four are read, and an incomplete one is reported at its start.
  let inGroup = 0;
  let i = 0;
  for (; i < text.length; i++) {
    const c = text[i] ?? '';
    if (c === '\n' || c === '\r') continue;
    if (c === '=') {
      if (inGroup < 2) return i;
      if (inGroup === 2) {
        let next = i + 1;
        while (text[next] === '\n' || text[next] === '\r') next++;
        if (next >= text.length) return text.length;
        if (text[next] !== '=') return next;
        i = next;
      }
      let rest = i + 1;
      while (text[rest] === '\n' || text[rest] === '\r') rest++;
      return rest < text.length ? rest : -1;
    }
    if (!/[A-Za-z0-9+/]/.test(c)) return i;
    inGroup = (inGroup + 1) % 4;
  }
  return inGroup === 0 ? -1 : i - inGroup;
}

const RFC3339 = '2006-01-02T15:04:05Z07:00';
const RFC3339_MICRO = '2006-01-02T15:04:05.000000Z07:00';
const CANONICAL_TIME = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
const CANONICAL_MICRO = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/;

export type Parsed = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: string };

/** Reads a time of RFC 3339 and gives it in UTC with whole seconds. */
export const parseTime = (text: string): Parsed => (CANONICAL_TIME.test(text) ? { ok: true, text } : parseLayout(text, false));
/** Reads a time of RFC 3339 with exactly six digits after the second, and gives it in UTC. */
export const parseMicroTime = (text: string): Parsed => (CANONICAL_MICRO.test(text) ? { ok: true, text } : parseLayout(text, true));

interface Element {
  readonly layout: string;
  readonly shape: RegExp;
  readonly range?: readonly [number, number, string];
}

const literal = (text: string): Element => ({ layout: text, shape: new RegExp(`^${text}`) });
const DATE: readonly Element[] = [
  { layout: '2006', shape: /^\d{4}/ },
  literal('-'),
  { layout: '01', shape: /^\d{2}/, range: [1, 12, 'month'] },
  literal('-'),
  { layout: '02', shape: /^\d{2}/, range: [1, 31, 'day'] },
  literal('T'),
  { layout: '15', shape: /^\d{2}/, range: [0, 23, 'hour'] },
  literal(':'),
  { layout: '04', shape: /^\d{2}/, range: [0, 59, 'minute'] },
  literal(':'),
  { layout: '05', shape: /^\d{2}/, range: [0, 59, 'second'] },
];

/** Walks the layout like Go's time.Parse, so that the error names the same element. */
function parseLayout(text: string, micro: boolean): Parsed {
  const layout = micro ? RFC3339_MICRO : RFC3339;
  const fail = (rest: string, element: string): Parsed => ({
    ok: false,
    problem: `parsing time ${JSON.stringify(text)} as "${layout}": cannot parse ${JSON.stringify(rest)} as "${element}"`,
  });
  const outOfRange = (what: string): Parsed => ({ ok: false, problem: `parsing time ${JSON.stringify(text)}: ${what} out of range` });
  let rest = text;
  const numbers: number[] = [];
  for (const { layout: element, shape, range } of DATE) {
    const match = shape.exec(rest);
    if (!match) return fail(rest, element);
    if (/\d/.test(element)) {
      const n = Number(match[0]);
      if (range && (n < range[0] || n > range[1])) return outOfRange(range[2]);
      numbers.push(n);
    }
    rest = rest.slice(match[0].length);
  }
  const fraction = (micro ? /^[.,](\d{6})/ : /^[.,](\d+)/).exec(rest);
  if (micro && !fraction) return fail(rest, '.000000');
  if (fraction) rest = rest.slice(fraction[0].length);
  const zone = /^(?:Z|([+-])(\d{2}):(\d{2}))/.exec(rest);
  if (!zone) return fail(rest, 'Z07:00');
  if (Number(zone[2] ?? 0) > 24) return outOfRange('time zone offset hour');
  if (Number(zone[3] ?? 0) > 60) return outOfRange('time zone offset minute');
  rest = rest.slice(zone[0].length);
  if (rest !== '') return { ok: false, problem: `parsing time ${JSON.stringify(text)}: extra text: ${JSON.stringify(rest)}` };
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = numbers;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCDate() !== day) return outOfRange('day');
  const offset = (Number(zone[2] ?? 0) * 60 + Number(zone[3] ?? 0)) * (zone[1] === '-' ? -1 : 1);
  date.setUTCHours(hour, minute - offset, second);
  const seconds = date.toISOString().slice(0, -5);
  return { ok: true, text: micro ? `${seconds}.${fraction?.[1] ?? '000000'}Z` : `${seconds}Z` };
}
