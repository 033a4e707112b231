import type { Steps } from './steps.ts';

/** Describes where a text stops being JSON, in the words of Go's encoding/json, which clients see in errors. */
export function* goSyntaxProblem(text: string): Steps<string> {
  const scanner = new Scanner(text);
  try {
    yield* scanner.value('looking for beginning of value');
    scanner.blanks();
    if (!scanner.ended) scanner.fail('after top-level value');
  } catch (error) {
    if (error instanceof SyntaxProblem) return error.message;
    throw error;
  }
  return 'not valid JSON';
}

class SyntaxProblem extends Error {}

const LITERALS: Readonly<Record<string, string>> = { t: 'true', f: 'false', n: 'null' };
/** Values that are read in one step. */
const STEP_VALUES = 1_000;
const ESCAPES = '"\\/bfnrt';

/** Go quotes a character as in its sources: `'x'`, `'\n'`, `'\''`. */
function quoted(char: string): string {
  if (char === "'") return "'\\''";
  if (char === '"') return "'\"'";
  return `'${JSON.stringify(char).slice(1, -1)}'`;
}

class Scanner {
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }

  /** @throws SyntaxProblem always. */
  fail(context: string): never {
    if (this.ended) throw new SyntaxProblem('unexpected end of JSON input');
    throw new SyntaxProblem(`invalid character ${quoted(this.text.charAt(this.at))} ${context}`);
  }

  blanks(): void {
    while (' \t\r\n'.includes(this.text.charAt(this.at)) && !this.ended) this.at++;
  }

  *value(context: string): Steps<void> {
    // An explicit stack: texts may be nested deeply.
    const open: ('{' | '[')[] = [];
    let expected = context;
    for (let count = 1; ; count++) {
      if (count % STEP_VALUES === 0) yield;
      this.blanks();
      const char = this.text.charAt(this.at);
      if (char === '{' || char === '[') {
        this.at++;
        this.blanks();
        if (this.text.charAt(this.at) === (char === '{' ? '}' : ']')) this.at++;
        else {
          open.push(char);
          if (char === '{') this.key('looking for beginning of object key string');
          expected = 'looking for beginning of value';
          continue;
        }
      } else this.scalar(expected);
      for (;;) {
        const inner = open.at(-1);
        if (inner === undefined) return;
        this.blanks();
        const next = this.text.charAt(this.at);
        if (next === ',') {
          this.at++;
          if (inner === '{') {
            this.blanks();
            this.key('looking for beginning of object key string');
          }
          break;
        }
        if (next !== (inner === '{' ? '}' : ']')) this.fail(inner === '{' ? 'after object key:value pair' : 'after array element');
        this.at++;
        open.pop();
      }
    }
  }

  private key(context: string): void {
    if (this.text.charAt(this.at) !== '"') this.fail(context);
    this.string();
    this.blanks();
    if (this.text.charAt(this.at) !== ':') this.fail('after object key');
    this.at++;
  }

  private scalar(context: string): void {
    const char = this.text.charAt(this.at);
    const literal = LITERALS[char];
    if (char === '"') this.string();
    else if (literal !== undefined) this.literal(literal);
    else if (char === '-' || isDigit(char)) this.number();
    else this.fail(context);
  }

  private literal(word: string): void {
    for (const expected of word) {
      if (this.text.charAt(this.at) !== expected) this.fail(`in literal ${word} (expecting ${quoted(expected)})`);
      this.at++;
    }
  }

  private string(): void {
    for (this.at++; ; this.at++) {
      const char = this.text.charAt(this.at);
      if (this.ended) this.fail('');
      if (char === '"') break;
      if (char < ' ') this.fail('in string literal');
      if (char !== '\\') continue;
      this.at++;
      if (this.text.charAt(this.at) === 'u') {
        for (let i = 0; i < 4; i++) {
          this.at++;
          if (!/^[0-9a-fA-F]$/.test(this.text.charAt(this.at))) this.fail('in \\u hexadecimal character escape');
        }
      } else if (this.ended || !ESCAPES.includes(this.text.charAt(this.at))) this.fail('in string escape code');
    }
    this.at++;
  }

  private digits(context: string): void {
    if (!isDigit(this.text.charAt(this.at))) this.fail(context);
    while (isDigit(this.text.charAt(this.at))) this.at++;
  }

  private number(): void {
    if (this.text.charAt(this.at) === '-') this.at++;
    if (this.text.charAt(this.at) === '0') this.at++;
    else this.digits('in numeric literal');
    if (this.text.charAt(this.at) === '.') {
      this.at++;
      this.digits('after decimal point in numeric literal');
    }
    if (/^[eE]$/.test(this.text.charAt(this.at))) {
      this.at++;
      if (/^[+-]$/.test(this.text.charAt(this.at))) this.at++;
      this.digits('in exponent of numeric literal');
    }
  }
}

const isDigit = (char: string): boolean => char >= '0' && char <= '9' && char !== '';
