import type { Issue } from './issues.ts';

/** Kinds of tokens: keywords and symbols stand for themselves. */
export type TokenKind = string;
export const EOF = '<EOF>';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly at: number;
}

/** Every kind in the order in which cel-go lists expected ones. */
export const TOKEN_ORDER: readonly TokenKind[] = [
  ...['==', '!=', 'in', '<', '<=', '>=', '>', '&&', '||', '[', ']', '{', '}', '(', ')', '.', ',', '-', '!', '?', ':', '+', '*', '/', '%'],
  ...['true', 'false', 'null', 'NUM_FLOAT', 'NUM_INT', 'NUM_UINT', 'STRING', 'BYTES', 'IDENTIFIER', 'ESC_IDENTIFIER'],
];

const ESCAPE = String.raw`\\(?:[abfnrtv"'\\?\x60]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})`;
const quoted = (quote: string): string => `${quote}(?:${ESCAPE}|[^\\\\${quote}\\n\\r])*${quote}`;
const tripled = (quote: string): string => `${quote}{3}(?:${ESCAPE}|[^\\\\])*?${quote}{3}`;
const raw = (quote: string): string => `[rR]${quote}[^${quote}\\n\\r]*${quote}`;
const rawTripled = (quote: string): string => `[rR]${quote}{3}[^]*?${quote}{3}`;
const STRINGS = ['"', "'"].flatMap((q) => [tripled(q), rawTripled(q), quoted(q), raw(q)]).join('|');

const PATTERNS: readonly (readonly [TokenKind | undefined, RegExp])[] = [
  [undefined, /[\t \r\n\f]+|\/\/[^\n]*/y],
  ['NUM_FLOAT', /\d+\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+|\.\d+(?:[eE][-+]?\d+)?/y],
  ['NUM_UINT', /(?:0x[0-9a-fA-F]+|\d+)[uU]/y],
  ['NUM_INT', /0x[0-9a-fA-F]+|\d+/y],
  ['BYTES', new RegExp(`[bB](?:${STRINGS})`, 'y')],
  ['STRING', new RegExp(STRINGS, 'y')],
  ['IDENTIFIER', /[A-Za-z_]\w*/y],
  ['ESC_IDENTIFIER', /`[\w.\-/ ]+`/y],
];
const SYMBOL = /==|!=|<=|>=|&&|\|\||[<>[\]{}().,\-!?:+*/%]/y;
const KEYWORDS: ReadonlySet<string> = new Set(['in', 'true', 'false', 'null']);

/** Splits a source into tokens, the last one EOF. What is no token is reported and skipped. */
export function tokenize(source: string, issues: Issue[]): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const token = tokenAt(source, at);
    if (token) {
      if (token.kind !== '') tokens.push(token);
      at += token.text.length;
    } else {
      const text = unrecognized(source, at);
      issues.push({ at, message: `Syntax error: token recognition error at: '${text}'` });
      at += text.length;
    }
  }
  tokens.push({ kind: EOF, text: EOF, at: source.length });
  return tokens;
}

function tokenAt(source: string, at: number): Token | undefined {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0];
    if (text !== undefined) return { kind: kind === 'IDENTIFIER' && KEYWORDS.has(text) ? text : (kind ?? ''), text, at };
  }
  SYMBOL.lastIndex = at;
  const symbol = SYMBOL.exec(source)?.[0];
  return symbol === undefined ? undefined : { kind: symbol, text: symbol, at };
}

const STRING_START = /(?:[bB]?[rR]?)(?:"""|'''|"|')/y;
const STRING_PART = new RegExp(`${ESCAPE}|[^\\\\]`, 'y');

/** Returns the text that cel-go skips as one error: as far as a token might have gone on, and the character that ended it. */
function unrecognized(source: string, at: number): string {
  const first = String.fromCodePoint(source.codePointAt(at) ?? 0);
  STRING_START.lastIndex = at;
  const opening = STRING_START.exec(source)?.[0];
  if (opening !== undefined) {
    const isRaw = /[rR]/.test(opening);
    const quotes = opening.replace(/^[a-zA-Z]*/, '');
    let end = at + opening.length;
    while (end < source.length) {
      const character = source[end] ?? '';
      if (quotes.length === 1 && (character === '\n' || character === '\r')) break;
      STRING_PART.lastIndex = end;
      const part = isRaw ? character : STRING_PART.exec(source)?.[0];
      if (part === undefined) {
        // The escape sequence that is none is skipped with its first wrong character.
        end += /^\\(?:[xX][0-9a-fA-F]?|[uU][0-9a-fA-F]*|[0-3][0-7]?)/.exec(source.slice(end))?.[0].length ?? 1;
        break;
      }
      end += part.length;
    }
    return source.slice(at, Math.min(end + 1, source.length));
  }
  if (first === '=' || first === '&' || first === '|') {
    const next = source.codePointAt(at + 1);
    return next === undefined ? first : first + String.fromCodePoint(next);
  }
  if (first === '`') {
    const text = /^`[\w.\-/ ]*/.exec(source.slice(at))?.[0] ?? first;
    return source.slice(at, at + text.length + 1);
  }
  return first;
}
