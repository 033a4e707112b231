import { labelValueFaults, qualifiedNameFaults } from '../validation/name-rules.ts';

export type RequirementOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

export interface Requirement {
  readonly key: string;
  readonly operator: RequirementOperator;
  readonly values: readonly string[];
}

/** The text is not a selector. The message is kube-apiserver's. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
}

type TokenKind = 'end' | 'identifier' | '(' | ')' | ',' | '!' | '=' | '==' | '!=' | '>' | '<' | 'in' | 'notin';
interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const SYMBOLS = '=!(),><';
const LONGEST_FIRST = ['==', '!=', '=', '!', '(', ')', ',', '>', '<'] as const;

function tokens(text: string): Token[] {
  const out: Token[] = [];
  let i = 0;
  while (i < text.length) {
    if (/[ \t\r\n]/.test(text.charAt(i))) {
      i++;
      continue;
    }
    const rest = text.slice(i, i + 2);
    const symbol = LONGEST_FIRST.find((s) => rest.startsWith(s));
    if (symbol !== undefined) {
      out.push({ kind: symbol, text: symbol });
      i += symbol.length;
      continue;
    }
    const start = i;
    while (i < text.length && !SYMBOLS.includes(text.charAt(i)) && !/[ \t\r\n]/.test(text.charAt(i))) i++;
    const word = text.slice(start, i);
    out.push({ kind: word === 'in' || word === 'notin' ? word : 'identifier', text: word });
  }
  return out;
}

const END: Token = { kind: 'end', text: '' };

/** Reads the requirements of a label selector, in the order of the text. @throws SelectorError */
export function parseRequirements(text: string): Requirement[] {
  const list = tokens(text);
  let at = 0;
  /** As keys and values, `in` and `notin` are ordinary words. */
  const asValue = (token: Token): Token => (token.kind === 'in' || token.kind === 'notin' ? { kind: 'identifier', text: token.text } : token);
  const peek = (): Token => asValue(list[at] ?? END);
  const take = (): Token => asValue(list[at++] ?? END);
  const takeOperator = (): Token => list[at++] ?? END;
  const bad = (token: Token, expected: string): never => {
    throw new SelectorError(`unable to parse requirement: found '${token.text}', ${expected}`);
  };

  const identifiers = (): string[] => {
    const found: string[] = [];
    for (;;) {
      const token = take();
      if (token.kind === 'identifier') {
        found.push(token.text);
        const next = peek();
        if (next.kind === ')') return found;
        if (next.kind !== ',') bad(next, "expected: ',' or ')'");
      } else if (token.kind === ',') {
        if (found.length === 0) found.push('');
        if (peek().kind === ')') return [...found, ''];
        if (peek().kind === ',') {
          take();
          found.push('');
        }
      } else bad(token, "expected: ',', or identifier");
    }
  };

  const valueSet = (): string[] => {
    const open = take();
    if (open.kind !== '(') throw new SelectorError(`unable to parse requirement: found '${open.text}' expected: '('`);
    const next = peek();
    if (next.kind === ')') {
      take();
      return [''];
    }
    if (next.kind !== 'identifier' && next.kind !== ',') bad(next, "expected: ',', ')' or identifier");
    const values = identifiers();
    const close = take();
    if (close.kind !== ')') bad(close, "expected: ')'");
    return values;
  };

  const exactValue = (): string[] => {
    const next = peek();
    if (next.kind === 'end' || next.kind === ',') return [''];
    const token = take();
    if (token.kind !== 'identifier') bad(token, 'expected: identifier');
    return [token.text];
  };

  const requirement = (): Requirement => {
    let token = take();
    const absent = token.kind === '!';
    if (absent) token = take();
    if (token.kind !== 'identifier') bad(token, 'expected: identifier');
    const key = token.text;
    checkKey(key);
    if (absent) return { key, operator: '!', values: [] };
    const next = peek().kind;
    if (next === 'end' || next === ',') return { key, operator: 'exists', values: [] };
    const operator = takeOperator();
    switch (operator.kind) {
      case 'in':
      case 'notin':
        return checked({ key, operator: operator.kind, values: valueSet() });
      case '=':
      case '==':
      case '!=':
        return checked({ key, operator: operator.kind, values: exactValue() });
      case '>':
      case '<':
        return checked({ key, operator: operator.kind === '>' ? 'gt' : 'lt', values: exactValue() });
      default:
        return bad(operator, 'expected: in, notin, =, ==, !=, gt, lt');
    }
  };

  const found: Requirement[] = [];
  for (;;) {
    const token = peek();
    if (token.kind === 'end') return found;
    if (token.kind !== 'identifier' && token.kind !== '!')
      throw new SelectorError(`found '${token.text}', expected: !, identifier, or 'end of string'`);
    found.push(requirement());
    const after = take();
    if (after.kind === 'end') return found;
    if (after.kind !== ',') throw new SelectorError(`found '${after.text}', expected: ',' or 'end of string'`);
    const next = peek();
    if (next.kind !== 'identifier' && next.kind !== '!') throw new SelectorError(`found '${next.text}', expected: identifier after ','`);
  }
}

const invalidText = (path: string, value: string, faults: readonly string[]): string =>
  `unable to parse requirement: ${path}: Invalid value: ${JSON.stringify(value)}: ${faults.join('; ')}`;

function checkKey(key: string): void {
  const faults = qualifiedNameFaults(key);
  if (faults.length > 0) throw new SelectorError(invalidText('<nil>', key, faults));
}

function checked(requirement: Requirement): Requirement {
  const { key, operator, values } = requirement;
  values.forEach((value, i) => {
    if ((operator === 'gt' || operator === 'lt') && !/^[-+]?\d+$/.test(value)) {
      throw new SelectorError(invalidText(`values[${i}]`, value, ["for 'Gt', 'Lt' operators, the value must be an integer"]));
    }
    const faults = labelValueFaults(value);
    if (faults.length > 0) throw new SelectorError(invalidText(`values[${i}][${key}]`, value, faults));
  });
  return requirement;
}
