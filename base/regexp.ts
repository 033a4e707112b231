/** The classes that stand in brackets as `[:name:]`. */
const POSIX: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t ',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

const compiled = new Map<string, RegExp>();

/**
 * Compiles a regular expression in Go's syntax (https://github.com/google/re2/wiki/Syntax), once per source.
 * It runs on JavaScript's engine, which backtracks: unlike in Go, a hostile pattern can take very long.
 * @throws SyntaxError if JavaScript has no such pattern.
 */
export function goPattern(source: string): RegExp {
  const known = compiled.get(source);
  if (known) return known;
  const leading = /^\(\?([ims]+)\)/.exec(source);
  const flags = leading?.[1] ?? '';
  const translated = source
    .slice(leading?.[0].length ?? 0)
    .replace(/\[:(\^?)(\w+):\]/g, (whole, negated: string, name: string) => (negated === '' ? (POSIX[name] ?? whole) : whole))
    .replace(/\\([pP])([A-Z])/g, '\\$1{$2}')
    .replace(/\\A/g, '^')
    .replace(/\\z/g, '$')
    .replace(/\(\?P</g, '(?<');
  let pattern: RegExp;
  try {
    pattern = new RegExp(translated, `u${flags}`);
  } catch {
    // Escapes that are needless in Go are errors under the u flag.
    pattern = new RegExp(translated, flags);
  }
  if (compiled.size >= 1024) compiled.clear();
  compiled.set(source, pattern);
  return pattern;
}
