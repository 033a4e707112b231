import { exactInteger } from '../exact-json.ts';

export type Scalar = string | number | bigint | boolean | null;

/** The fault of a YAML text, in the words of Go's decoder without the leading `yaml: `. */
export class YamlError extends Error {
  override readonly name = 'YamlError';
}

const WORDS: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Number.POSITIVE_INFINITY] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
]);

const LONGEST_WORD = 5;
const FIRST_OF_NUMBER = /^[-+.\d]/;
const PREFIXED = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+)$/;
const DECIMAL = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;

/**
 * Resolves a plain scalar as the decoder behind sigs.k8s.io/yaml does (YAML 1.1 without sexagesimals; times stay texts):
 * `yes` is true, `0777` is 511, `1_000` is 1000, `12:30` is a string.
 */
export function resolvePlain(text: string): Scalar {
  if (text.length <= LONGEST_WORD) {
    const word = WORDS.get(text);
    if (word !== undefined) return word;
  }
  if (!FIRST_OF_NUMBER.test(text)) return text;
  const plain = text.includes('_') ? text.replaceAll('_', '') : text;
  const prefixed = PREFIXED.exec(plain);
  if (prefixed) {
    const [, sign, digits = ''] = prefixed;
    const octal = /^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits;
    return integerOf(sign, octal);
  }
  if (!DECIMAL.test(plain)) return text;
  const value = Number(plain);
  return Number.isFinite(value) ? exactInteger(plain, value) : text;
}

/** Reads an integer with a prefix of its base; one beyond 64 bits is a number. */
function integerOf(sign: string | undefined, digits: string): number | bigint {
  const value = Number(digits);
  if (Number.isSafeInteger(value)) return sign === '-' ? -value : value;
  const exact = BigInt(digits) * (sign === '-' ? -1n : 1n);
  return exactInteger(exact.toString(), Number(exact));
}

const CORE = 'tag:yaml.org,2002:';

/** Returns the short form of a tag as it stands in the text: `!!str` for `!<tag:yaml.org,2002:str>`. */
function shortTag(tag: string): string {
  const verbatim = tag.startsWith('!<') && tag.endsWith('>') ? tag.slice(2, -1) : tag;
  return verbatim.startsWith(CORE) ? `!!${verbatim.slice(CORE.length)}` : verbatim;
}

function nameOf(value: Scalar): string {
  if (value === null) return '!!null';
  if (typeof value === 'bigint') return '!!int';
  if (typeof value === 'number') return Number.isInteger(value) ? '!!int' : '!!float';
  return typeof value === 'boolean' ? '!!bool' : '!!str';
}

/** Resolves a scalar with a tag; tags of unknown types leave the text as it is. @throws YamlError if the text does not have the tag's type. */
export function resolveTagged(text: string, tag: string): Scalar {
  const short = shortTag(tag);
  switch (short) {
    case '!!binary':
      if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text)) throw new YamlError('!!binary value contains invalid base64 data');
      return Buffer.from(text, 'base64').toString('latin1');
    case '!!int':
    case '!!float':
    case '!!bool':
    case '!!null': {
      const value = resolvePlain(text);
      const found = nameOf(value);
      if (found === short || (short === '!!float' && found === '!!int')) return value;
      throw new YamlError(`cannot decode ${found} \`${text}\` as a ${short}`);
    }
    default:
      return text;
  }
}
