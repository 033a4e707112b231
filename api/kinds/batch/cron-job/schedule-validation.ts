/**
 * Finds the fault of a schedule, in the words of upstream's parser: github.com/robfig/cron/v3, ParseStandard. Five fields, or a descriptor
 * such as `@daily` or `@every 1h30m`.
 */

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
const DESCRIPTORS: ReadonlySet<string> = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']);
const EVERY = '@every ';
const quoted = (text: string): string => JSON.stringify(text);

/** Carries a fault out of the parser. */
class ScheduleFault extends Error {}

/**
 * Returns undefined if the schedule is valid.
 * @param isTimeZone tells whether the server knows a zone: schedules from before v1.25 may begin with `TZ=` or `CRON_TZ=`.
 */
export function scheduleFault(schedule: string, isTimeZone: (name: string) => boolean): string | undefined {
  try {
    checkSchedule(schedule, isTimeZone);
    return undefined;
  } catch (error) {
    if (error instanceof ScheduleFault) return error.message;
    throw error;
  }
}

function checkSchedule(schedule: string, isTimeZone: (name: string) => boolean): void {
  let spec = schedule;
  if (spec.startsWith('TZ=') || spec.startsWith('CRON_TZ=')) {
    const space = spec.indexOf(' ');
    const zone = spec.slice(spec.indexOf('=') + 1, space < 0 ? undefined : space);
    // Upstream's parser ends abruptly on a zone alone; its validation recovers with no message of use.
    if (space < 0) throw new ScheduleFault('expected exactly 5 fields, found 0: []');
    if (zone !== '' && !isTimeZone(zone)) throw new ScheduleFault(`provided bad location ${zone}: unknown time zone ${zone}`);
    spec = spec.slice(space).trim();
  }
  if (spec.startsWith('@')) {
    checkDescriptor(spec);
    return;
  }
  const fields = spec.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== FIELDS.length) throw new ScheduleFault(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`);
  fields.forEach((field, i) => {
    const bounds = FIELDS[i];
    if (bounds) for (const range of field.split(',')) if (range !== '') checkRange(range, bounds);
  });
}

function checkDescriptor(spec: string): void {
  if (DESCRIPTORS.has(spec)) return;
  if (!spec.startsWith(EVERY)) throw new ScheduleFault(`unrecognized descriptor: ${spec}`);
  const fault = durationFault(spec.slice(EVERY.length));
  if (fault !== undefined) throw new ScheduleFault(`failed to parse duration ${spec}: ${fault}`);
}

const durationPart = /(?:\d+\.?\d*|\.\d+)([a-zA-Zµμ]*)/y;
const UNITS: ReadonlySet<string> = new Set(['ns', 'us', 'µs', 'μs', 'ms', 's', 'm', 'h']);

/** Returns the error of Go's time.ParseDuration. */
function durationFault(text: string): string | undefined {
  const bare = /^[-+]/.test(text) ? text.slice(1) : text;
  if (bare === '0') return undefined;
  if (bare === '') return `time: invalid duration ${quoted(text)}`;
  let at = 0;
  while (at < bare.length) {
    durationPart.lastIndex = at;
    const part = durationPart.exec(bare);
    if (!part) return `time: invalid duration ${quoted(text)}`;
    const unit = part[1] ?? '';
    if (unit === '') return `time: missing unit in duration ${quoted(text)}`;
    if (!UNITS.has(unit)) return `time: unknown unit ${quoted(unit)} in duration ${quoted(text)}`;
    at = durationPart.lastIndex;
  }
  return undefined;
}

function checkRange(text: string, bounds: Bounds): void {
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
