/** Converts between times and the wall clock of one zone. Times are milliseconds since the epoch. */
export interface TimeZone {
  /** Returns what the wall clock is ahead of UTC at a time, in milliseconds. */
  offsetAt(time: number): number;
}

const UTC: TimeZone = { offsetAt: () => 0 };

/** A formatter takes tens of microseconds to make. */
const zones = new Map<string, TimeZone>();

/**
 * Returns the zone of that name in the IANA database; `Local` is the process's own, an empty name UTC.
 * @throws RangeError if there is none
 */
export function timeZone(name: string): TimeZone {
  if (name === '' || name === 'UTC') return UTC;
  let zone = zones.get(name);
  if (!zone) {
    zone = createTimeZone(name === 'Local' ? new Intl.DateTimeFormat().resolvedOptions().timeZone : name);
    zones.set(name, zone);
  }
  return zone;
}

const offset = /^GMT(?:([+-])(\d+):(\d+)(?::(\d+))?)?$/;

const DAY = 86_400_000;
/** Days that a zone remembers. */
const MAX_DAYS = 4096;

function createTimeZone(name: string): TimeZone {
  const format = new Intl.DateTimeFormat('en', { timeZone: name, timeZoneName: 'longOffset', hour: 'numeric' });
  const lookUp = (time: number): number => {
    const text = format.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours, minutes, seconds = '0'] = offset.exec(text) ?? [];
    if (sign === undefined) return 0;
    return (sign === '-' ? -1000 : 1000) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
  };
  /** The offset of each day without a change of the clock; undefined for a day with one. A look-up takes microseconds. */
  const days = new Map<number, number | undefined>();
  return {
    offsetAt(time) {
      const day = Math.floor(time / DAY);
      if (!days.has(day)) {
        if (days.size >= MAX_DAYS) days.clear();
        const first = lookUp(day * DAY);
        days.set(day, first === lookUp((day + 1) * DAY - 1) ? first : undefined);
      }
      return days.get(day) ?? lookUp(time);
    },
  };
}

/** Formats a time as RFC 3339 with seconds and the zone's offset, in whole minutes. */
export function zonedTimeText(time: number, zone: TimeZone): string {
  const ahead = zone.offsetAt(time);
  const wall = new Date(time + ahead).toISOString().slice(0, 19);
  const minutes = Math.trunc(Math.abs(ahead) / 60_000);
  if (minutes === 0) return `${wall}Z`;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${wall}${ahead < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`;
}
