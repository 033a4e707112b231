import { describe, expect, it } from '@jest/globals';
import { createEnvironment } from './environment.ts';
import { bindingLibrary } from './library/bindings.ts';
import { comprehensionLibrary } from './library/comprehensions.ts';
import { listCosts, listLibrary } from './library/lists.ts';
import { optionalLibrary } from './library/optional.ts';
import { setCosts, setLibrary } from './library/sets.ts';
import { standardLibrary } from './library/standard.ts';
import { stringLibrary } from './library/strings.ts';
import { timeLibrary } from './library/times.ts';
import { Suspended } from './suspension.ts';
import { BOOL, DYN, INT, listType, mapType, objectType, STRING } from './types.ts';
import type { Value } from './values.ts';
import { ArrayList, EntryMap, NONE } from './values.ts';

const POINT = objectType('Point', (name) => (name === 'x' || name === 'y' ? INT : undefined));
const environment = createEnvironment({
  libraries: [standardLibrary, timeLibrary, optionalLibrary, comprehensionLibrary, setLibrary, stringLibrary, listLibrary, bindingLibrary],
  costs: [setCosts, listCosts],
}).extend({ variables: { s: STRING, n: INT, b: BOOL, l: listType(INT), m: mapType(STRING, INT), d: DYN, point: POINT } });

const variables: Readonly<Record<string, Value>> = {
  s: 'abc',
  n: 5n,
  b: true,
  l: new ArrayList([3n, 1n, 2n]),
  m: EntryMap.of([
    ['a', 1n],
    ['b', 2n],
  ]),
  d: EntryMap.of([['list', new ArrayList([1n, 'x', null])]]),
  point: EntryMap.of([['x', 1n]]),
};

function evaluated(source: string): Value | string {
  const { program, message } = environment.compile(source);
  if (!program) return message;
  const outcome = program.evaluate(variables);
  return outcome.error ? `error: ${outcome.error.message}` : outcome.value;
}

describe('an expression that does not parse', () => {
  it.each([
    ['s.size() >', "1:11: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true'"],
    ['', "1:0: Syntax error: mismatched input '<EOF>' expecting {'['"],
    ['* @ a', "1:1: Syntax error: extraneous input '*' expecting {'['"],
    ['a b', "1:3: Syntax error: extraneous input 'b' expecting <EOF>"],
    ['a b c', "1:3: Syntax error: mismatched input 'b' expecting <EOF>"],
    ['s.size() > 1; true', "1:13: Syntax error: token recognition error at: ';'"],
    ['a & b', "1:3: Syntax error: token recognition error at: '& '"],
    ['{', "1:2: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '}', '(', '.', ',', '-', '!', '?'"],
    ['a."b"', `1:3: Syntax error: no viable alternative at input '."b"'`],
    ['a.', "1:3: Syntax error: no viable alternative at input '.'"],
    ['a.true', "1:3: Syntax error: mismatched input 'true' expecting IDENTIFIER"],
    ['- -', "1:4: Syntax error: no viable alternative at input '- -'"],
    ['n ? 1', "1:6: Syntax error: mismatched input '<EOF>' expecting ':'"],
    ['size(s', "1:7: Syntax error: missing ')' at '<EOF>'"],
    ["'abc", "1:1: Syntax error: token recognition error at: ''abc'"],
    ['package', '1:1: reserved identifier: package'],
    ['9223372036854775808', '1:1: invalid int literal'],
    ['l.all(1, true)', '1:7: argument must be a simple name'],
    ['l.map(1, true)', '1:7: argument is not an identifier'],
    ['has(s)', '1:5: invalid argument to has() macro'],
    ['l.all(i, i, true)', '1:10: duplicate variable name: i'],
  ])('%s: %s', (source, message) => {
    expect(evaluated(source)).toContain(`ERROR: <input>:${message}`);
  });

  it('shows the line of the error with a caret, and all errors in their order', () => {
    expect(evaluated('n ==\n s.foo() + bar')).toBe(
      [
        "ERROR: <input>:2:7: undeclared reference to 'foo' (in container '')",
        ' |  s.foo() + bar',
        ' | ......^',
        "ERROR: <input>:2:12: undeclared reference to 'bar' (in container '')",
        ' |  s.foo() + bar',
        ' | ...........^',
      ].join('\n'),
    );
  });

  it('marks wide characters with wide carets', () => {
    expect(evaluated("'日本' + 1")).toBe(
      ["ERROR: <input>:1:6: found no matching overload for '_+_' applied to '(string, int)'", " | '日本' + 1", ' | .．．..^'].join('\n'),
    );
  });

  it('ends at a nesting without end', () => {
    expect(evaluated(`${'('.repeat(10_000)}1${')'.repeat(10_000)}`)).toContain('expression recursion limit exceeded: 250');
  });
});

describe('an expression with wrong types', () => {
  it.each([
    ['s + 1', "1:3: found no matching overload for '_+_' applied to '(string, int)'"],
    ['n == 4.0', "1:3: found no matching overload for '_==_' applied to '(int, double)'"],
    ['s.size(1)', "1:7: found no matching overload for 'size' applied to 'string.(int)'"],
    ['s && true', "1:1: expected type 'bool' but found 'string'"],
    ['point.z', "1:6: undefined field 'z'"],
    ['n.x', "1:2: type 'int' does not support field selection"],
    ['n.all(x, true)', "1:1: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)"],
    ["[1, 'a']", "1:5: expected type 'int' but found 'string'"],
    ["{'a': 1, 'b': 'x'}", "1:15: expected type 'int' but found 'string'"],
    ["timestamp('x')", '1:11: invalid timestamp argument'],
    ["duration('x')", '1:10: invalid duration argument'],
    ["s.matches('(')", '1:11: invalid matches argument'],
    ["'%d'.format(['a'])", '1:14: error during formatting: decimal clause can only be used on integers, was given string'],
    ["'%s'.format([1, 2])", '1:12: too many arguments supplied to string.format (expected 1, got 2)'],
    ['NoType{}', "1:7: undeclared reference to 'NoType' (in container '')"],
  ])('%s: %s', (source, message) => {
    expect(evaluated(source)).toContain(`ERROR: <input>:${message}`);
  });
});

describe('an expression that holds', () => {
  it.each([
    "s.startsWith('a') && s.endsWith('c') && s.contains('b') && s.matches('^[a-c]+$')",
    "s.charAt(0) == 'a' && s.indexOf('c') == 2 && s.lastIndexOf('z') == -1 && s.substring(1, 2) == 'b'",
    "'a,b,c'.split(',', 2) == ['a', 'b,c'] && ['a', 'b'].join('-') == 'a-b' && 'aXa'.replace('a', 'b', 1) == 'bXa'",
    "'%s-%d %.2f %x'.format([s, 5, 1234.5, 255]) == 'abc-5 1,234.50 ff' && strings.quote('a\"b') == '\"a\\\\\"b\"'",
    "'日本語'.size() == 3 && ' x '.trim() == 'x' && 'ÄbC'.lowerAscii() == 'Äbc'",
    'l.all(x, x > 0) && l.exists(x, x == 2) && l.exists_one(x, x == 3) && l.map(x, x * 2) == [6, 2, 4] && l.filter(x, x > 1).size() == 2',
    'l.map(x, x > 1, x * 10) == [30, 20] && m.all(k, m[k] > 0) && l.exists(i, v, i == v - 3 || v == 3)',
    "l.transformList(i, v, v + i) == [3, 2, 4] && m.transformMap(k, v, v * 2)['b'] == 4 && m.transformMapEntry(k, v, {v: k}).size() == 2",
    'l.sort() == [1, 2, 3] && l.sortBy(x, -x) == [3, 2, 1] && l.reverse() == [2, 1, 3] && [1, 1].distinct() == [1] && lists.range(2) == [0, 1]',
    '[[1], [2, 3]].flatten() == [1, 2, 3] && l.slice(1, 3) == [1, 2] && l.first().value() == 3 && l.last().value() == 2',
    'm.?a.orValue(0) == 1 && !m.?z.hasValue() && l[?9].or(optional.of(7)).value() == 7 && [?m[?"a"], ?m[?"z"]] == [1]',
    'm.?a.optMap(x, x + 1).value() == 2 && m.?a.optFlatMap(x, optional.none()) == optional.none() && !has(m.z) && has(m.a)',
    'sets.contains(l, [1, 2]) && sets.equivalent([1, 1], [1]) && !sets.intersects([1], [2])',
    "timestamp('2026-01-01T00:00:00Z').getFullYear() == 2026 && timestamp('2026-01-01T00:00:00Z').getHours('America/New_York') == 19",
    "timestamp('2026-01-01T00:00:00Z') + duration('1h30m') == timestamp('2026-01-01T01:30:00Z') && duration('90m').getHours() == 1",
    "string(duration('1h30m0.5s')) == '5400.5s' && int(timestamp('1970-01-01T00:00:10Z')) == 10 && string(1e6) == '1e+06'",
    '9223372036854775807 - 1 == 9223372036854775806 && 7 / 2 == 3 && -7 % 3 == -1 && 18446744073709551615u > 1u',
    'dyn(1) == 1.0 && dyn(1) == 1u && 1 < 1.5 && type(1) == int && type(s) == string && dyn([1]) != dyn("a")',
    "b ? n == 5 : false || true && !false && (1 in l) && !('z' in m) && 1 in [1, 2]",
    "cel.bind(x, s + 'd', x.size() == 4 && x == 'abcd')",
    "b'abc' == bytes(s) && string(b'\\xc3\\xa9') == 'é' && r'\\d' == '\\\\d' && '\\u0041' == 'A'",
    "s != 'a' // a comment\n && d.list[1] == 'x' && d.list[2] == null",
  ])('%s', (source) => {
    expect(evaluated(source)).toBe(true);
  });

  it.each([
    ['a false operand makes an error not count', '1 / 0 == 1 && false', false],
    ['so does a true one', '1 / 0 == 1 || true', true],
    ['in a loop too', 'l.exists(x, 1 / (x - 3) > 0 || x == 2)', true],
    ['a missing optional is none', 'm[?"z"]', NONE],
  ])('%s', (_what, source, value) => {
    expect(evaluated(source)).toEqual(value);
  });
});

describe('an evaluation in turns comes to the same', () => {
  it.each([
    'l.all(x, l.exists(y, x == y)) && (l.exists(x, x > 2) ? l.map(x, l.map(y, x * y).size()).size() == 3 : false)',
    '1 / 0 == 1 || l.exists(x, l.all(y, x >= y))',
    '[l.filter(x, x > 1).size(), l.size()] == [2, 3] && {"a": l.all(x, true)}.a && !l.all(x, l.all(y, x == y))',
    'm.?z.or(optional.of(l.map(x, x).size())).value() == 3 && m.?a.orValue(l.map(x, x).size()) == 1 && has({"a": l.map(x, x)}.a)',
    'l.transformMap(i, v, l.map(x, x + v).size())[0] == 3 && l.map(x, x)[1] == 1 && l.map(x, x) == l',
    'l.exists(x, 1 / (x - 3) > 5) || l.map(x, x)[7] == 1',
    'cel.bind(all, l.map(x, x * 2), all.exists(x, x == 6))',
  ])('%s', async (source) => {
    const { program, message } = environment.compile(source);
    if (!program) throw new Error(message);
    const now = program.evaluate(variables);
    const later = await program.evaluateInTurns(variables);
    expect({ value: later.value, error: later.error?.message, cost: later.cost }).toEqual({
      value: now.value,
      error: now.error?.message,
      cost: now.cost,
    });
  });
});

describe('an evaluation that fails says why', () => {
  it.each([
    ['1 / 0 == 1', 'division by zero'],
    ['1 % 0 == 1', 'modulus by zero'],
    ['9223372036854775807 + n == 1', 'integer overflow'],
    ['uint(0 - n) == 1u', 'unsigned integer overflow'],
    ['m.z == 1', 'no such key: z'],
    ['l[7] == 1', 'index out of bounds: 7'],
    ["int('x') == 1", "type conversion error from 'string' to 'int'"],
    ['d.list.x == 1', 'unsupported index type in list'],
    ["dyn(1) + dyn('a') == 1", 'no such overload: _+_(int, string)'],
    ['optional.none().value() == 1', 'optional.none() dereference'],
    ["s.substring(9) == ''", 'index out of range: 9'],
    ['s.matches(s + "(")', 'error parsing regexp'],
  ])('%s: %s', (source, message) => {
    expect(evaluated(source)).toContain(`error: ${message}`);
  });
});

describe('costs', () => {
  const program = (source: string) => {
    const { program: found, message } = environment.compile(source);
    if (!found) throw new Error(message);
    return found;
  };

  it.each([
    ['n == 5', 2],
    ['point.x == 1', 3],
    ["s.startsWith('a')", 2],
    ['has(m.a)', 1],
    ['l.all(x, x > 0)', 17],
    ['[1, 2].size() == 2', 2],
    ['n in [1, 2, 5]', 1],
  ])('%s costs %d', (source, cost) => {
    expect(program(source).evaluate(variables).cost).toBe(cost);
  });

  it('stop an evaluation at the limit, and operators do not absorb that', () => {
    const outcome = program('l.all(x, l.all(y, l.all(z, x + y + z > 0))) || true').evaluate(variables, 50);
    expect(outcome.error?.message).toBe('operation cancelled: actual cost limit exceeded');
    expect(outcome.cost).toBeGreaterThan(50);
  });

  it('are bounded from the sizes of the data', () => {
    const sizes = (path: readonly string[] | undefined) => (path?.join('.') === 'l' ? { min: 0, max: 10 } : undefined);
    expect(program('l.all(x, x > 0)').estimate(sizes)).toEqual({ min: 2, max: 52 });
    expect(program('l.all(x, l.all(y, x == y))').estimate(sizes).max).toBeLessThan(1000);
    expect(program('l.all(x, x > 0)').estimate().max).toBe(2 ** 64);
  });

  it('of a loop that collects grow with its elements, not with their square', () => {
    const collect = program('l.map(x, x).size()');
    const costOf = (size: number) => collect.evaluate({ l: new ArrayList(Array.from({ length: size }, (_, i) => BigInt(i))) }).cost;
    expect(costOf(2000) / costOf(1000)).toBeLessThan(2.1);
  });
});

describe('a function that has to wait', () => {
  it('suspends the evaluation, which begins anew with the answer', async () => {
    const answers = new Map<string, bigint>();
    let asked = 0;
    const asking = createEnvironment({
      libraries: [
        standardLibrary,
        {
          functions: {
            ask: [
              {
                id: 'ask_string',
                params: [STRING],
                result: INT,
                call: (question) => {
                  const key = String(question);
                  const known = answers.get(key);
                  if (known !== undefined) return known;
                  asked++;
                  throw new Suspended(Promise.resolve().then(() => answers.set(key, BigInt(key.length))));
                },
              },
            ],
          },
        },
      ],
    });
    const { program } = asking.compile("ask('ab') + ask('c') == 3");
    if (!program) throw new Error('the expression does not compile');
    await expect(program.evaluateInTurns({})).resolves.toMatchObject({ value: true });
    expect(asked).toBe(2);
  });
});
