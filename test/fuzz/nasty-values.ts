import type { Chance } from '../../base/chance.fixture.ts';

/** Names that every object of JavaScript inherits, and others that are no ordinary keys. */
export const NASTY_NAMES: readonly string[] = [
  'constructor',
  '__proto__',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'toJSON',
  'then',
  'length',
  '',
  ' ',
  '.',
  '..',
  '/',
  'a/b',
  'a.b/c/d',
  '%ff',
  '%00',
  'ü',
  '💥',
  '\u0000',
  '\ud800',
  '$patch',
  '$retainKeys',
  '$setElementOrder/containers',
  '$deleteFromPrimitiveList/finalizers',
  '<<',
  '*',
  '-',
  '-1',
  '0',
];

const SHORT_TEXTS: readonly string[] = [
  ...NASTY_NAMES,
  'a',
  'A',
  'x'.repeat(64),
  'x'.repeat(254),
  'true',
  'null',
  '1',
  '1.5',
  '-0',
  '1e400000',
  '0x',
  '100m',
  '1Gi',
  '50%',
  '101%',
  '-5%',
  '1s',
  '1h1m',
  '*/5 * * * *',
  '0 0 31 2 *',
  '@every 1s',
  'TZ=x * * * * *',
  '10.0.0.1',
  '::1',
  '::ffff:1.2.3.4',
  '10.0.0.0/8',
  '1.2.3.4/33',
  'fe80::1%eth0',
  'http://x',
  'example.com/a',
  'kubernetes.io/a',
  '2026-01-01T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-01-01T00:00:00.000000Z',
  'bm90',
  'no!',
  '{}',
  '[]',
  '{.a}',
  "metadata.labels['a']",
  '$(A)',
  '\n',
  'a\nb',
  'a\r\nx: y',
  '"',
  "'",
  '\\',
  '<script>',
  'a=b,c!=d',
  'a in (b,c)',
  'a>1',
  'é'.repeat(40),
  '\u2028',
  '\ufeff',
  'nginx:1',
  'REG/x',
  'a@sha256:00',
  'system:masters',
  'default',
];

/** The long ones: what backtracks, nests or counts badly shows itself here. */
const PARTS: readonly string[] = [
  '0',
  '1',
  'a',
  '/',
  '.',
  '-',
  ':',
  ' ',
  ',',
  '=',
  '(',
  '[',
  '{',
  "['",
  '"',
  '\\',
  '%',
  '*',
  'a.',
  'a/',
  '1.',
  '1s',
  'a=b,',
  'iqn.2001-01.a:',
  '\n',
  'é',
  '::',
  '!a,',
  '$(',
];

export function longText(chance: Chance, limit: number): string {
  const part = chance.pick(PARTS);
  const length = 2 ** (6 + chance.below(Math.max(1, Math.floor(Math.log2(limit)) - 5)));
  return `${chance.oneIn(3) ? 'a' : ''}${part.repeat(Math.ceil(length / part.length))}${chance.pick(['', 'x', '!', "']", ')', '/x'])}`;
}

export const nastyText = (chance: Chance): string => (chance.oneIn(12) ? longText(chance, 40_000) : chance.pick(SHORT_TEXTS));

const NUMBERS: readonly number[] = [
  0,
  -0,
  1,
  -1,
  2,
  80,
  65_535,
  65_536,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  2 ** 53,
  2 ** 63,
  -(2 ** 63),
  1e21,
  1.5,
  1e-9,
  1e308,
];

const nested = (depth: number, value: unknown): unknown => {
  let out = value;
  for (let i = 0; i < depth; i++) out = i % 2 ? [out] : { a: out };
  return out;
};

/** Any JSON value, mostly one that should not stand where it is put. */
export function nastyValue(chance: Chance): unknown {
  switch (chance.below(10)) {
    case 0:
      return null;
    case 1:
      return chance.oneIn(2);
    case 2:
    case 3:
      return chance.pick(NUMBERS);
    case 4:
      return chance.pick([[], {}, [[]], [null], { a: null }, [{}]]);
    case 5:
      return Object.fromEntries(Array.from({ length: 1 + chance.below(5) }, () => [chance.pick(NASTY_NAMES), nastyText(chance)]));
    case 6:
      return nested(1 + chance.below(chance.oneIn(10) ? 1_200 : 12), nastyText(chance));
    default:
      return nastyText(chance);
  }
}
