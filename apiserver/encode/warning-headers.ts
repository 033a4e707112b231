/** Upstream's bounds on warnings, in characters: of all of them, and of each one if they are more than that (k8s.io/apiserver, filters/warning.go). */
const MAX_TOTAL = 4096;
const MAX_ITEM = 256;
// biome-ignore lint/suspicious/noControlCharactersInRegex: warnings with control characters are not sent, as upstream
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** RFC 7234's form of a warning without a date; quotes and backslashes are escaped. */
const warningHeader = (text: string): string => `299 - "${text.replace(/[\\"]/g, '\\$&')}"`;

/** Returns the length in characters, of which one may take two units. */
function lengthOf(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at++) if ((text.charCodeAt(at) & 0xfc00) === 0xd800) length--;
  return length;
}

/** Cuts a text after so many characters. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  let end = 0;
  for (let left = length; left > 0 && end < text.length; left--) end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  return text.slice(0, end);
}

/**
 * The values of the `Warning:` headers of an answer: each warning once, those with control characters left out. If they are longer than
 * 4,096 characters together, each is cut at 256, and those past the limit are dropped. The work is in proportion to what is sent.
 */
export function warningHeaders(warnings: readonly string[]): string[] {
  const distinct = new Set<string>();
  let total = 0;
  for (const text of warnings) {
    if (text === '' || distinct.has(text) || CONTROL.test(text)) continue;
    distinct.add(text);
    total += lengthOf(text);
    if (total > MAX_TOTAL) return truncated(warnings);
  }
  return [...distinct].map(warningHeader);
}

function truncated(warnings: readonly string[]): string[] {
  const distinct = new Set<string>();
  const headers: string[] = [];
  let total = 0;
  for (const warning of warnings) {
    if (total >= MAX_TOTAL) break;
    if (warning === '' || distinct.has(warning)) continue;
    distinct.add(warning);
    const text = cut(warning, MAX_ITEM);
    if (CONTROL.test(text)) continue;
    total += lengthOf(text);
    headers.push(warningHeader(text));
  }
  return headers;
}
