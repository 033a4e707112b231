/**
 * Reads schedules as upstream's parser does, github.com/robfig/cron/v3 ParseStandard, and finds their faults in its words. Five fields, or a
 * descriptor such as `@daily` or `@every 1h30m`.
 */

/** The values of the fields that a time must have. */
export interface FieldSchedule {
  readonly kind: 'fields';
  /** The zone that stands in the schedule itself; undefined without one. */
  readonly zone: string | undefined;
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly daysOfMonth: ReadonlySet<number>;
  /** 1 to 12. */
  readonly months: ReadonlySet<number>;
  /** 0 to 6, from Sunday on. */
  readonly daysOfWeek: ReadonlySet<number>;
  /** Whether a day must match both fields, as one of them is a star; otherwise one of the two is enough. */
  readonly bothDays: boolean;
}

/** A time at every interval, of at least a second. */
export interface IntervalSchedule {
  readonly kind: 'interval';
  readonly everyMs: number;
}

export type Schedule = FieldSchedule | IntervalSchedule;

export type ParsedSchedule = { readonly ok: true; readonly schedule: Schedule } | { readonly ok: false; readonly fault: string };

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const FIELDS: readonly Bounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];
const DESCRIPTORS: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);
const EVERY = '@every ';
const quoted = (text: string): string => JSON.stringify(text);

/** Carries a fault out of the parser. */
class ScheduleFault extends Error {}

/**
 * Reads a schedule.
 * @param isTimeZone tells whether the server knows a zone: schedules from before v1.25 may begin with `TZ=` or `CRON_TZ=`.
 */
export function parseSchedule(text: string, isTimeZone: (name: string) => boolean): ParsedSchedule {
  try {
    return { ok: true, schedule: readSchedule(text, isTimeZone) };
  } catch (error) {
    if (error instanceof ScheduleFault) return { ok: false, fault: error.message };
    throw error;
  }
}

/** Returns undefined if the schedule is valid. */
export function scheduleFault(text: string, isTimeZone: (name: string) => boolean): string | undefined {
  const parsed = parseSchedule(text, isTimeZone);
  return parsed.ok ? undefined : parsed.fault;
}

function readSchedule(text: string, isTimeZone: (name: string) => boolean): Schedule {
  let spec = text;
  let zone: string | undefined;
  if (spec.startsWith('TZ=') || spec.startsWith('CRON_TZ=')) {
    const space = spec.indexOf(' ');
    zone = spec.slice(spec.indexOf('=') + 1, space < 0 ? undefined : space);
    // Upstream's parser ends abruptly on a zone alone; its validation recovers with no message of use.
    if (space < 0) throw new ScheduleFault('expected exactly 5 fields, found 0: []');
    if (zone !== '' && !isTimeZone(zone)) throw new ScheduleFault(`provided bad location ${zone}: unknown time zone ${zone}`);
    spec = spec.slice(space).trim();
  }
  if (!spec.startsWith('@')) return readFields(spec, zone);
  const fields = DESCRIPTORS.get(spec);
  if (fields !== undefined) return readFields(fields, zone);
  if (!spec.startsWith(EVERY)) throw new ScheduleFault(`unrecognized descriptor: ${spec}`);
  const duration = parseDuration(spec.slice(EVERY.length));
  if ('fault' in duration) throw new ScheduleFault(`failed to parse duration ${spec}: ${duration.fault}`);
  return { kind: 'interval', everyMs: Math.max(1, Math.floor(duration.ms / 1000)) * 1000 };
}

function readFields(spec: string, zone: string | undefined): FieldSchedule {
  const fields = spec.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== FIELDS.length) throw new ScheduleFault(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`);
  const [minutes = NONE, hours = NONE, daysOfMonth = NONE, months = NONE, daysOfWeek = NONE] = fields.map((field, i) => readField(field, FIELDS[i]));
  return {
    kind: 'fields',
    zone,
    minutes: minutes.values,
    hours: hours.values,
    daysOfMonth: daysOfMonth.values,
    months: months.values,
    daysOfWeek: daysOfWeek.values,
    bothDays: daysOfMonth.star || daysOfWeek.star,
  };
}

interface Field {
  readonly values: ReadonlySet<number>;
  /** Whether a part of it is a star without a step. */
  readonly star: boolean;
}

const NONE: Field = { values: new Set(), star: false };

function readField(field: string, bounds: Bounds | undefined): Field {
  if (!bounds) return NONE;
  const values = new Set<number>();
  let star = false;
  for (const part of field.split(',')) {
    if (part === '') continue;
    const range = readRange(part, bounds);
    star ||= range.star;
    for (let value = range.start; value <= range.end; value += range.step) values.add(value);
  }
  return { values, star };
}

const durationPart = /(?:\d+\.?\d*|\.\d+)([a-zA-Z\u00b5\u03bc]*)/y;
/** Milliseconds. */
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

/** Reads a duration as Go's time.ParseDuration does, or returns its error. */
function parseDuration(text: string): { readonly ms: number } | { readonly fault: string } {
  const sign = text.startsWith('-') ? -1 : 1;
  const bare = /^[-+]/.test(text) ? text.slice(1) : text;
  if (bare === '0') return { ms: 0 };
  if (bare === '') return { fault: `time: invalid duration ${quoted(text)}` };
  let at = 0;
  let ms = 0;
  while (at < bare.length) {
    durationPart.lastIndex = at;
    const part = durationPart.exec(bare);
    if (!part) return { fault: `time: invalid duration ${quoted(text)}` };
    const unit = part[1] ?? '';
    if (unit === '') return { fault: `time: missing unit in duration ${quoted(text)}` };
    const factor = UNITS.get(unit);
    if (factor === undefined) return { fault: `time: unknown unit ${quoted(unit)} in duration ${quoted(text)}` };
    ms += Number.parseFloat(part[0]) * factor;
    at = durationPart.lastIndex;
  }
  return { ms: sign * ms };
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly star: boolean;
}

function readRange(text: string, bounds: Bounds): Range {
  const [range = '', ...steps] = text.split('/');
  const limits = range.split('-');
  const [first = ''] = limits;
  let start = bounds.min;
  let end = bounds.max;
  const isStar = first === '*' || first === '?';
  if (!isStar) {
    start = numberOrName(first, bounds);
    if (limits.length > 2) throw new ScheduleFault(`too many hyphens: ${text}`);
    end = limits.length === 2 ? numberOrName(limits[1] ?? '', bounds) : start;
  }
  if (steps.length > 1) throw new ScheduleFault(`too many slashes: ${text}`);
  const step = steps.length === 1 ? parseNumber(steps[0] ?? '') : 1;
  // "N/step" means "N-max/step".
  if (steps.length === 1 && limits.length === 1) end = bounds.max;
  if (start < bounds.min) throw new ScheduleFault(`beginning of range (${start}) below minimum (${bounds.min}): ${text}`);
  if (end > bounds.max) throw new ScheduleFault(`end of range (${end}) above maximum (${bounds.max}): ${text}`);
  if (start > end) throw new ScheduleFault(`beginning of range (${start}) beyond end of range (${end}): ${text}`);
  if (step === 0) throw new ScheduleFault(`step of range should be a positive number: ${text}`);
  // A star with a step restricts the days like a list.
  return { start, end, step, star: isStar && step === 1 };
}

function numberOrName(text: string, { names }: Bounds): number {
  const named = text === '' ? -1 : (names?.indexOf(text.toLowerCase()) ?? -1);
  return named >= 0 ? named : parseNumber(text);
}

function parseNumber(text: string): number {
  if (!/^[-+]?\d+$/.test(text)) throw new ScheduleFault(`failed to parse int from ${text}: strconv.Atoi: parsing ${quoted(text)}: invalid syntax`);
  const value = Number(text);
  if (!Number.isSafeInteger(value)) {
    throw new ScheduleFault(`failed to parse int from ${text}: strconv.Atoi: parsing ${quoted(text)}: value out of range`);
  }
  if (value < 0) throw new ScheduleFault(`negative number (${value}) not allowed: ${text}`);
  return value;
}
