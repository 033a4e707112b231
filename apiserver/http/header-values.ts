type Headers = Readonly<Record<string, string | readonly string[]>>;

/** Every character but those that stand in a header as they are. */
const UNSAFE = /[^\t\x20-\x7e]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what no header may hold
const CONTROLS = /[\x00-\x08\x0a-\x1f\x7f]+/g;

/**
 * Returns a text as a header can carry it. Whatever is not ASCII goes as UTF-8, one character a byte, as Go sends it; control characters, line
 * breaks first of all, become spaces.
 */
export function headerValue(text: string): string {
  if (!UNSAFE.test(text)) return text;
  return Buffer.from(text.replace(CONTROLS, ' '), 'utf8').toString('latin1');
}

/** The headers of an answer as they are written: the one place where values, whoever made them, become bytes. */
export function headerValues(headers: Headers): Record<string, string | string[]> {
  const values: Record<string, string | string[]> = {};
  for (const name in headers) {
    const value = headers[name] ?? '';
    values[name] = typeof value === 'string' ? headerValue(value) : value.map(headerValue);
  }
  return values;
}
