import { Bytes } from './values.ts';

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
const SEQUENCE = /\\(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(.))/gs;
const SURROGATES = [0xd800, 0xdfff] as const;
const LARGEST = 0x10ffff;

/** Takes off the quotes and the prefix; line ends become \n, as in Go. */
function body(token: string): { text: string; raw: boolean } {
  const prefix = /^[rR]?/.exec(token)?.[0] ?? '';
  const quoted = token.slice(prefix.length).replace(/\r\n?/g, '\n');
  const quotes = /^("""|''')[\s\S]*\1$/.test(quoted) && quoted.length >= 6 ? 3 : 1;
  return { text: quoted.slice(quotes, -quotes), raw: prefix !== '' };
}

/** Reads a string literal. @throws SyntaxError with cel-go's message if an escape sequence names no character. */
export function stringOf(token: string): string {
  const { text, raw } = body(token);
  if (raw || !text.includes('\\')) return text;
  return text.replace(SEQUENCE, (_all, hex, u4, u8, octal, simple) => {
    if (simple !== undefined) return SIMPLE[simple] ?? simple;
    const code = octal === undefined ? Number.parseInt(hex ?? u4 ?? u8, 16) : Number.parseInt(octal, 8);
    if (code > LARGEST || (code >= SURROGATES[0] && code <= SURROGATES[1])) throw new SyntaxError('invalid unicode code point');
    return String.fromCodePoint(code);
  });
}

/** Reads a literal of bytes: `\xff` and `\377` are single bytes, other characters are UTF-8. */
export function bytesOf(token: string): Bytes {
  const { text, raw } = body(token.slice(1));
  const encoder = new TextEncoder();
  if (raw) return new Bytes(encoder.encode(text));
  const bytes: number[] = [];
  let last = 0;
  for (const match of text.matchAll(SEQUENCE)) {
    bytes.push(...encoder.encode(text.slice(last, match.index)));
    last = match.index + match[0].length;
    const [, hex, u4, u8, octal, simple] = match;
    if (u4 !== undefined || u8 !== undefined) throw new SyntaxError('unable to unescape string');
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else bytes.push(...encoder.encode(SIMPLE[simple ?? ''] ?? simple));
  }
  bytes.push(...encoder.encode(text.slice(last)));
  return new Bytes(Uint8Array.from(bytes));
}
