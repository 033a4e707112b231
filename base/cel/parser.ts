import type { Issue } from './issues.ts';
import { NOWHERE } from './issues.ts';
import type { TokenKind } from './lexer.ts';
import { EOF } from './lexer.ts';
import type { Macro } from './macros.ts';
import { MacroError, macroKey } from './macros.ts';
import { bytesOf, stringOf } from './string-literal.ts';
import type { Entry, Expr } from './syntax-tree.ts';
import { call, ident, literal } from './syntax-tree.ts';
import type { TokenStream } from './token-stream.ts';
import { ParseAborted, tokenStream } from './token-stream.ts';
import { Uint } from './values.ts';

const MAX_CODE_POINTS = 100_000;
const MAX_DEPTH = 250;
const INT_RANGE = [-(2n ** 63n), 2n ** 63n - 1n] as const;
const UINT_MAX = 2n ** 64n - 1n;

const RELATIONS: ReadonlySet<TokenKind> = new Set(['<', '<=', '>=', '>', '==', '!=', 'in']);
const RESERVED: ReadonlySet<string> = new Set(
  'as break const continue else false for function if import in let loop package namespace null return true var void while'.split(' '),
);
/** Tokens that an operand may begin with. */
const OPERAND: ReadonlySet<TokenKind> = new Set([
  ...['[', '{', '(', '.', '-', '!', 'true', 'false', 'null', 'NUM_FLOAT', 'NUM_INT', 'NUM_UINT', 'STRING', 'BYTES', 'IDENTIFIER'],
]);
const ARGUMENTS = new Set([...OPERAND, ')']);
const ITEMS = new Set([...OPERAND, ']', ',', '?']);
const ENTRIES = new Set([...OPERAND, '}', ',', '?']);
const FIELDS: ReadonlySet<TokenKind> = new Set(['}', ',', '?', 'IDENTIFIER', 'ESC_IDENTIFIER']);
const AFTER_ITEMS: ReadonlySet<TokenKind> = new Set([']', ',']);
const AFTER_ENTRIES: ReadonlySet<TokenKind> = new Set(['}', ',']);
const FIELD_NAME: ReadonlySet<TokenKind> = new Set(['IDENTIFIER', 'ESC_IDENTIFIER']);
/** Tokens that may follow a complete operand at the end of an expression. */
const FOLLOW: ReadonlySet<TokenKind> = new Set([EOF, '.', '[', '?', '*', '/', '%', '+', '-', '&&', '||', ...RELATIONS]);
const OPERANDS_FOLLOW = OPERAND;

/**
 * Parses an expression by CEL's grammar (google/cel-spec, parser/gen/CEL.g4 of cel-go) and expands its macros. Returns undefined if the
 * expression has no tree; whatever is wrong is in `issues`.
 */
export function parse(source: string, macros: ReadonlyMap<string, Macro>, issues: Issue[]): Expr | undefined {
  const size = [...source].length;
  if (size > MAX_CODE_POINTS) {
    issues.push({ at: NOWHERE, message: `expression code point size exceeds limit: size: ${size}, limit ${MAX_CODE_POINTS}` });
    return undefined;
  }
  const tokens = tokenStream(source, issues);
  const parser = createParser(tokens, macros, issues);
  try {
    const expr = parser.expression();
    tokens.expect(EOF);
    return expr;
  } catch (error) {
    if (error instanceof ParseAborted) return undefined;
    throw error;
  }
}

function createParser(tokens: TokenStream, macros: ReadonlyMap<string, Macro>, issues: Issue[]) {
  let depth = 0;
  const report = (at: number, message: string): Expr => {
    issues.push({ at, message });
    return literal(at, null);
  };

  function expression(): Expr {
    if (++depth > MAX_DEPTH) {
      issues.push({ at: NOWHERE, message: `expression recursion limit exceeded: ${MAX_DEPTH}` });
      throw new ParseAborted();
    }
    const condition = disjunction();
    const operator = tokens.take('?');
    if (!operator) {
      depth--;
      return condition;
    }
    const then = disjunction();
    tokens.expect(':', OPERANDS_FOLLOW);
    const otherwise = expression();
    depth--;
    return call(operator.at, '_?_:_', condition, then, otherwise);
  }

  const chain = (operators: ReadonlyMap<TokenKind, string>, operand: () => Expr) => (): Expr => {
    let left = operand();
    for (;;) {
      const name = operators.get(tokens.peek().kind);
      if (name === undefined) return left;
      const { at } = tokens.next();
      left = call(at, name, left, operand());
    }
  };
  const product = chain(new Map([...'*/%'].map((op) => [op, `_${op}_`])), unary);
  const sum = chain(new Map([...'+-'].map((op) => [op, `_${op}_`])), product);
  const relation = chain(new Map([...RELATIONS].map((op) => [op, op === 'in' ? '@in' : `_${op}_`])), sum);
  const conjunction = chain(new Map([['&&', '_&&_']]), relation);
  const disjunction = chain(new Map([['||', '_||_']]), conjunction);

  function unary(): Expr {
    tokens.sync(OPERAND);
    const first = tokens.peek();
    if (first.kind !== '!' && first.kind !== '-') return member();
    const signed = tokens.peek(1).kind;
    if (first.kind === '-' && (signed === 'NUM_INT' || signed === 'NUM_FLOAT')) return member();
    let count = 0;
    while (tokens.is(first.kind)) {
      tokens.next();
      count++;
    }
    if (first.kind === '-' && !OPERAND.has(tokens.peek().kind)) tokens.noAlternative(first);
    tokens.sync(OPERAND);
    const operand = member();
    // Two of them cancel out, as in cel-go.
    return count % 2 === 0 ? operand : call(first.at, first.kind === '!' ? '!_' : '-_', operand);
  }

  function member(): Expr {
    let operand = primary();
    for (;;) {
      const { kind, at } = tokens.peek();
      if (kind === '.') operand = selection(operand);
      else if (kind === '[') {
        tokens.next();
        const optional = tokens.take('?') !== undefined;
        const index = expression();
        tokens.expect(']', FOLLOW);
        operand = call(at, optional ? '_[?_]' : '_[_]', operand, index);
      } else return operand;
    }
  }

  function selection(operand: Expr): Expr {
    const dot = tokens.next();
    const optional = tokens.take('?') !== undefined;
    if (optional) tokens.sync(FIELD_NAME);
    else if (!FIELD_NAME.has(tokens.peek().kind)) tokens.noAlternative(dot);
    const name = tokens.next();
    const field = name.kind === 'ESC_IDENTIFIER' ? name.text.slice(1, -1) : name.text;
    if (optional) return call(dot.at, '_?._', operand, literal(name.at, field));
    if (!tokens.is('(') || name.kind === 'ESC_IDENTIFIER') return { kind: 'select', at: dot.at, operand, field, test: false };
    const { at } = tokens.next();
    return expanded(at, field, args(), operand);
  }

  function args(): readonly Expr[] {
    const found: Expr[] = [];
    tokens.sync(ARGUMENTS);
    if (!tokens.is(')')) {
      do found.push(expression());
      while (tokens.take(','));
    }
    tokens.expect(')', FOLLOW);
    return found;
  }

  function expanded(at: number, name: string, found: readonly Expr[], target?: Expr): Expr {
    const plain: Expr = { kind: 'call', at, name, args: found, ...(target ? { target } : {}) };
    const macro = macros.get(macroKey(name, found.length, target !== undefined));
    if (!macro) return plain;
    try {
      return macro.expand(at, target ?? literal(at, null), found) ?? plain;
    } catch (error) {
      if (error instanceof MacroError) return report(error.at, error.message);
      throw error;
    }
  }

  function primary(): Expr {
    const token = tokens.peek();
    switch (token.kind) {
      case '(': {
        tokens.next();
        const inner = expression();
        tokens.expect(')', FOLLOW);
        return inner;
      }
      case '[':
        return listLiteral();
      case '{':
        return mapLiteral();
      case '.':
      case 'IDENTIFIER':
        return name();
      default:
        return scalar();
    }
  }

  function name(): Expr {
    const dot = tokens.take('.');
    if (dot && !tokens.is('IDENTIFIER')) tokens.noAlternative(dot);
    const first = tokens.next();
    const full = `${dot ? '.' : ''}${first.text}`;
    const struct = structName();
    if (struct !== undefined) return structLiteral(`${full}${struct}`);
    if (RESERVED.has(first.text)) {
      if (tokens.take('(')) args();
      return report(dot?.at ?? first.at, `reserved identifier: ${first.text}`);
    }
    const open = tokens.take('(');
    return open ? expanded(open.at, full, args()) : ident(first.at, full);
  }

  /** Consumes `.b.c` of `a.b.c{`, and returns it; undefined if no structure follows. */
  function structName(): string | undefined {
    let ahead = 0;
    let text = '';
    while (tokens.peek(ahead).kind === '.' && tokens.peek(ahead + 1).kind === 'IDENTIFIER') {
      text += `.${tokens.peek(ahead + 1).text}`;
      ahead += 2;
    }
    if (tokens.peek(ahead).kind !== '{') return undefined;
    for (let i = 0; i < ahead; i++) tokens.next();
    return text;
  }

  function structLiteral(structure: string): Expr {
    const { at } = tokens.next();
    const entries: Entry<string>[] = [];
    tokens.sync(FIELDS);
    while (tokens.is('?') || FIELD_NAME.has(tokens.peek().kind)) {
      const optional = tokens.take('?') !== undefined;
      tokens.sync(FIELD_NAME);
      const field = tokens.next();
      const colon = tokens.expect(':', OPERANDS_FOLLOW);
      const value = expression();
      entries.push({ key: field.kind === 'ESC_IDENTIFIER' ? field.text.slice(1, -1) : field.text, value, optional, at: colon.at });
      tokens.sync(AFTER_ENTRIES);
      if (!tokens.take(',')) break;
    }
    tokens.take(',');
    tokens.expect('}', FOLLOW);
    return { kind: 'struct', at, name: structure, entries };
  }

  function listLiteral(): Expr {
    const { at } = tokens.next();
    const items: Expr[] = [];
    const optional = new Set<number>();
    tokens.sync(ITEMS);
    while (tokens.is('?') || OPERAND.has(tokens.peek().kind)) {
      if (tokens.take('?')) optional.add(items.length);
      items.push(expression());
      tokens.sync(AFTER_ITEMS);
      if (!tokens.take(',')) break;
    }
    if (items.length === 0) tokens.take(',');
    tokens.expect(']', FOLLOW);
    return { kind: 'list', at, items, optional };
  }

  function mapLiteral(): Expr {
    const { at } = tokens.next();
    const entries: Entry<Expr>[] = [];
    tokens.sync(ENTRIES);
    while (tokens.is('?') || OPERAND.has(tokens.peek().kind)) {
      const optional = tokens.take('?') !== undefined;
      const key = expression();
      const colon = tokens.expect(':', OPERANDS_FOLLOW);
      entries.push({ key, value: expression(), optional, at: colon.at });
      tokens.sync(AFTER_ENTRIES);
      if (!tokens.take(',')) break;
    }
    if (entries.length === 0) tokens.take(',');
    tokens.expect('}', FOLLOW);
    return { kind: 'map', at, entries };
  }

  function scalar(): Expr {
    const sign = tokens.take('-');
    const token = tokens.next();
    const at = sign?.at ?? token.at;
    const digits = `${sign ? '-' : ''}${token.text}`;
    switch (token.kind) {
      case 'true':
      case 'false':
        return literal(at, token.kind === 'true');
      case 'null':
        return literal(at, null);
      case 'NUM_INT': {
        const value = sign ? -BigInt(token.text) : BigInt(token.text);
        return value < INT_RANGE[0] || value > INT_RANGE[1] ? report(at, 'invalid int literal') : literal(at, value);
      }
      case 'NUM_UINT': {
        const value = BigInt(token.text.slice(0, -1));
        return value > UINT_MAX ? report(at, 'invalid uint literal') : literal(at, new Uint(value));
      }
      case 'NUM_FLOAT': {
        const value = Number(digits);
        return Number.isFinite(value) ? literal(at, value) : report(at, 'invalid double literal');
      }
      default:
        try {
          return literal(at, token.kind === 'BYTES' ? bytesOf(token.text) : stringOf(token.text));
        } catch (error) {
          if (error instanceof SyntaxError) return report(at, error.message);
          throw error;
        }
    }
  }

  return { expression };
}
