import type { Issue } from './issues.ts';
import type { Token, TokenKind } from './lexer.ts';
import { EOF, TOKEN_ORDER, tokenize } from './lexer.ts';

/** Stops the parser at an error that it cannot go on from: the error is reported by then. */
export class ParseAborted extends Error {}

const NAMED = /^[A-Z]/;
const shown = (kind: TokenKind): string => (NAMED.test(kind) || kind === EOF ? kind : `'${kind}'`);

function expectation(kinds: ReadonlySet<TokenKind>): string {
  const sorted = TOKEN_ORDER.filter((kind) => kinds.has(kind)).map(shown);
  if (kinds.has(EOF)) sorted.unshift(EOF);
  return sorted.length === 1 ? (sorted[0] ?? '') : `{${sorted.join(', ')}}`;
}

/**
 * The tokens of a source. Unexpected ones are reported and recovered from as cel-go's parser does, which ANTLR generates: a superfluous token
 * is skipped if what follows it fits; a missing one is made up if what is there may follow it; otherwise the parser stops.
 */
export interface TokenStream {
  /** Returns the token `ahead` of the current one. */
  peek(ahead?: number): Token;
  next(): Token;
  is(kind: TokenKind): boolean;
  /** Takes the token if it is of the kind. */
  take(kind: TokenKind): Token | undefined;
  /** Takes a token of the kind. `follows` are kinds that may stand behind it. */
  expect(kind: TokenKind, follows?: ReadonlySet<TokenKind>): Token;
  /** Makes sure that the current token is of one of the kinds. */
  sync(kinds: ReadonlySet<TokenKind>): void;
  /** Reports that nothing begins with the tokens up to the current one. */
  noAlternative(from: Token): never;
}

export function tokenStream(source: string, issues: Issue[]): TokenStream {
  const tokens = tokenize(source, issues);
  let position = 0;
  const peek = (ahead = 0): Token => tokens[Math.min(position + ahead, tokens.length - 1)] ?? { kind: EOF, text: EOF, at: source.length };
  const report = (message: string): void => {
    issues.push({ at: peek().at, message: `Syntax error: ${message}` });
  };
  const text = (token: Token): string => token.text.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
  const found = (token: Token): string => (token.kind === EOF ? `'${EOF}'` : `'${text(token)}'`);
  const stream: TokenStream = {
    peek,
    next() {
      const token = peek();
      if (token.kind !== EOF) position++;
      return token;
    },
    is: (kind) => peek().kind === kind,
    take: (kind) => (peek().kind === kind ? stream.next() : undefined),
    expect(kind, follows) {
      const token = peek();
      if (token.kind === kind) return stream.next();
      if (token.kind !== EOF && peek(1).kind === kind) {
        report(`extraneous input ${found(token)} expecting ${shown(kind)}`);
        position++;
        return stream.next();
      }
      if (follows?.has(token.kind)) {
        report(`missing ${shown(kind)} at ${found(token)}`);
        return { kind, text: '', at: token.at };
      }
      report(`mismatched input ${found(token)} expecting ${shown(kind)}`);
      throw new ParseAborted();
    },
    sync(kinds) {
      const token = peek();
      if (kinds.has(token.kind)) return;
      if (token.kind !== EOF && kinds.has(peek(1).kind)) {
        report(`extraneous input ${found(token)} expecting ${expectation(kinds)}`);
        position++;
        return;
      }
      report(`mismatched input ${found(token)} expecting ${expectation(kinds)}`);
      throw new ParseAborted();
    },
    noAlternative(from) {
      const token = peek();
      const input = token.kind === EOF ? source.slice(from.at).trimEnd() : source.slice(from.at, token.at + token.text.length);
      report(
        /^(?:true|false|null)$/.test(token.kind)
          ? `mismatched input '${token.text}' expecting IDENTIFIER`
          : `no viable alternative at input '${text({ ...token, text: input })}'`,
      );
      throw new ParseAborted();
    },
  };
  return stream;
}
