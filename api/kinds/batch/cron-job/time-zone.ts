const part = /^[A-Za-z.\-_0-9+]{1,14}$/;

/** Zones that the runtime knows, by their name in lower case: it takes names in any case, Go those of the files only. */
let spelling: ReadonlyMap<string, string> | undefined;

/** Whether a name is one of the IANA time zone database, in its spelling. */
export function isTimeZone(name: string): boolean {
  if (name === '' || name === 'UTC' || name === 'Local') return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
  spelling ??= new Map(Intl.supportedValuesOf('timeZone').map((zone) => [zone.toLowerCase(), zone]));
  const known = spelling.get(name.toLowerCase());
  // The names of links are not listed; all of them begin with a capital.
  return known === undefined ? /^[A-Z]/.test(name) : known === name;
}

/** Returns the faults of `spec.timeZone`. The rules of names are those of the database (https://data.iana.org/time-zones/theory.html#naming). */
export function timeZoneFaults(name: string): readonly string[] {
  if (name === '') return ['timeZone must be nil or non-empty string'];
  const isPart = (text: string) => text !== '.' && text !== '..' && !text.startsWith('-') && part.test(text);
  if (!name.split('/').every(isPart)) return [`unknown time zone ${name}`];
  return [
    ...(name.toLowerCase() === 'local' ? ['timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones'] : []),
    ...(isTimeZone(name) ? [] : [`unknown time zone ${name}`]),
  ];
}
