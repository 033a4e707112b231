const INDENT = '  ';

/**
 * Indents JSON for people, by two spaces a level, in parts as it comes in. The input may have any spacing; the output differs from it in
 * white space alone.
 */
export function* indented(parts: Iterable<string | Buffer>): Generator<string> {
  let depth = 0;
  let inString = false;
  let escaped = false;
  /** Whether the last character was an opening bracket: the next one tells if there is anything inside. */
  let opened = false;
  for (const piece of piecesOf(parts)) {
    let out = '';
    for (const char of piece) {
      if (inString) {
        out += char;
        if (escaped) escaped = false;
        else if (char === '\\') escaped = true;
        else if (char === '"') inString = false;
        continue;
      }
      if (char === ' ' || char === '\n' || char === '\r' || char === '\t') continue;
      if (char === '}' || char === ']') {
        depth--;
        out += opened ? char : `${line(depth)}${char}`;
        opened = false;
        continue;
      }
      if (opened) {
        out += line(depth);
        opened = false;
      }
      if (char === '{' || char === '[') {
        depth++;
        opened = true;
        out += char;
      } else if (char === ',') out += `,${line(depth)}`;
      else if (char === ':') out += ': ';
      else {
        out += char;
        inString = char === '"';
      }
    }
    yield out;
  }
}

/** Characters that are looked at for one part of the output. */
const PIECE_LENGTH = 64 * 1024;

function* piecesOf(parts: Iterable<string | Buffer>): Generator<string> {
  for (const part of parts) {
    const text = typeof part === 'string' ? part : part.toString();
    for (let at = 0; at < text.length; ) {
      const end = at + PIECE_LENGTH;
      // A pair of UTF-16 is not divided: the parts are encoded one by one.
      const isDivided = (text.charCodeAt(end - 1) & 0xfc00) === 0xd800;
      const piece = text.slice(at, isDivided ? end + 1 : end);
      yield piece;
      at += piece.length;
    }
  }
}

const line = (depth: number): string => `\n${INDENT.repeat(depth)}`;
