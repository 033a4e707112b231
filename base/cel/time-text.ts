import { Duration, EvaluationError, Timestamp } from './values.ts';

const SECOND = 1_000_000_000n;
/** Go's units, in nanoseconds. */
const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', SECOND],
  ['m', 60n * SECOND],
  ['h', 3600n * SECOND],
]);
const TERM = /(\d*)(?:\.(\d*))?([^.\d]*)/y;
const MAX_DURATION = 2n ** 63n - 1n;
const MIN_DURATION = -(2n ** 63n);
/** The years 1 to 9999. */
const MIN_TIME = -62135596800n * SECOND;
const MAX_TIME = 253402300800n * SECOND - 1n;

/** Reads a duration such as `1h30m` as Go's time.ParseDuration does, to the nanosecond; undefined if it is none. */
export function parseDuration(text: string): Duration | undefined {
  const negative = text.startsWith('-');
  let at = negative || text.startsWith('+') ? 1 : 0;
  if (text.slice(at) === '0') return new Duration(0n);
  if (at === text.length) return undefined;
  let total = 0n;
  while (at < text.length) {
    TERM.lastIndex = at;
    const [all = '', whole = '', fraction = '', unit = ''] = TERM.exec(text) ?? [];
    const factor = UNITS.get(unit);
    if (factor === undefined || (whole === '' && fraction === '') || whole.length > 20) return undefined;
    total += BigInt(whole || 0) * factor;
    // Digits beyond the nanosecond do not count.
    const digits = fraction.slice(0, 18);
    total += (BigInt(digits || 0) * factor) / 10n ** BigInt(digits.length);
    if (total > MAX_DURATION + 1n) return undefined;
    at += all.length;
  }
  const nanoseconds = negative ? -total : total;
  return nanoseconds > MAX_DURATION ? undefined : new Duration(nanoseconds);
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** Reads a time by RFC 3339, to the nanosecond; undefined if it is none. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59) return undefined;
  const [, , , , , , , fraction = '', sign, zoneHours = '0', zoneMinutes = '0'] = match;
  if (Number(zoneHours) > 23 || Number(zoneMinutes) > 59) return undefined;
  const offset = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === '-' ? -1 : 1);
  date.setUTCHours(hour, minute - offset, second);
  return new Timestamp(BigInt(date.getTime()) * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0')));
}

/** @throws EvaluationError if the time is not in the years 1 to 9999. */
export function checkedTimestamp(nanoseconds: bigint): Timestamp {
  if (nanoseconds < MIN_TIME || nanoseconds > MAX_TIME) throw new EvaluationError('timestamp overflow');
  return new Timestamp(nanoseconds);
}

/** @throws EvaluationError if the duration does not fit into 64 bits. */
export function checkedDuration(nanoseconds: bigint): Duration {
  if (nanoseconds > MAX_DURATION || nanoseconds < MIN_DURATION) throw new EvaluationError('duration overflow');
  return new Duration(nanoseconds);
}

const floorDiv = (a: bigint, b: bigint): bigint => (a < 0n && a % b !== 0n ? a / b - 1n : a / b);

/** Returns whole seconds since the epoch, rounded down. */
export const unixSeconds = (time: Timestamp): bigint => floorDiv(time.nanoseconds, SECOND);

export function timestampText(time: Timestamp): string {
  const seconds = unixSeconds(time);
  const rest = time.nanoseconds - seconds * SECOND;
  const whole = new Date(Number(seconds) * 1000).toISOString().replace(/\.\d+Z$/, '');
  const fraction = rest === 0n ? '' : `.${rest.toString().padStart(9, '0').replace(/0+$/, '')}`;
  return `${whole}${fraction}Z`;
}

/** Returns the seconds with as many digits as they need, such as `5400s`. */
export function durationText({ nanoseconds }: Duration): string {
  const sign = nanoseconds < 0n ? '-' : '';
  const absolute = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const fraction = (absolute % SECOND).toString().padStart(9, '0').replace(/0+$/, '');
  return `${sign}${absolute / SECOND}${fraction === '' ? '' : `.${fraction}`}s`;
}

export interface CalendarFields {
  readonly year: number;
  /** From 0. */
  readonly month: number;
  /** From 1. */
  readonly day: number;
  /** From 0, which is Sunday. */
  readonly weekday: number;
  /** From 0. */
  readonly yearDay: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

const FIXED_OFFSET = /^([+-]?)(\d\d):(\d\d)$/;

/**
 * Returns the calendar of a time in a zone, given as `America/New_York` or as `-08:00`; UTC if there is none.
 * @throws EvaluationError if there is no such zone.
 */
export function calendarOf(time: Timestamp, zone?: string): CalendarFields {
  const local = new Date(Number(time.nanoseconds / 1_000_000n) + offsetOf(time, zone));
  const start = Date.UTC(local.getUTCFullYear(), 0, 1);
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth(),
    day: local.getUTCDate(),
    weekday: local.getUTCDay(),
    yearDay: Math.floor((local.getTime() - start) / 86_400_000),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    millisecond: local.getUTCMilliseconds(),
  };
}

const zones = new Map<string, Intl.DateTimeFormat>();
const MAX_ZONES = 600;

/** Returns what a zone is ahead of UTC at a time, in milliseconds. */
function offsetOf(time: Timestamp, zone: string | undefined): number {
  if (zone === undefined || zone === '' || zone === 'UTC') return 0;
  const fixed = FIXED_OFFSET.exec(zone);
  if (fixed) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000;
  const at = new Date(Number(unixSeconds(time)) * 1000);
  const parts = Object.fromEntries(
    zoneFormat(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - at.getTime();
}

function zoneFormat(zone: string): Intl.DateTimeFormat {
  const known = zones.get(zone);
  if (known) return known;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    if (zones.size < MAX_ZONES) zones.set(zone, format);
    return format;
  } catch {
    throw new EvaluationError(`unknown time zone ${zone}`);
  }
}
