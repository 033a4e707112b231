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
  for (const part of parts) {
    let out = '';
    for (const char of typeof part === 'string' ? part : part.toString()) {
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

const line = (depth: number): string => `\n${INDENT.repeat(depth)}`;
