import type { Functions, Library, Overload } from '../../../base/cel/functions.ts';
import type { CelType } from '../../../base/cel/types.ts';
import { BOOL, INT, objectType, STRING } from '../../../base/cel/types.ts';
import type { Value } from '../../../base/cel/values.ts';
import { EvaluationError, noSuchOverload, OpaqueValue } from '../../../base/cel/values.ts';

export const SEMVER_TYPE: CelType = objectType('kubernetes.Semver');
const MAX_UINT = 2n ** 64n - 1n;

/** The pre-release identifiers are numbers or texts. */
class SemverValue extends OpaqueValue {
  readonly type = SEMVER_TYPE;
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly prerelease: readonly (bigint | string)[];
  constructor(numbers: readonly [bigint, bigint, bigint], prerelease: readonly (bigint | string)[]) {
    super();
    this.numbers = numbers;
    this.prerelease = prerelease;
  }
  equals(other: OpaqueValue): boolean {
    return other instanceof SemverValue && order(this, other) === 0;
  }
}

const fault = (message: string): EvaluationError => new EvaluationError(message);
const quote = (text: string): string => JSON.stringify(text);

/** Reads a version as github.com/blang/semver/v4 does. @throws EvaluationError with its sentence */
function parse(text: string): SemverValue {
  if (text === '') throw fault('Version string empty');
  const [major = '', minor, ...rest] = text.split('.');
  const third = rest.join('.');
  if (minor === undefined || rest.length === 0) throw fault('No Major.Minor.Patch elements found');
  const plus = third.indexOf('+');
  const build = plus < 0 ? undefined : third.slice(plus + 1);
  const withoutBuild = plus < 0 ? third : third.slice(0, plus);
  const dash = withoutBuild.indexOf('-');
  const patch = dash < 0 ? withoutBuild : withoutBuild.slice(0, dash);
  const numbers = [number(major, 'Major', 'major'), number(minor, 'Minor', 'minor'), number(patch, 'Patch', 'patch')] as const;
  const prerelease =
    dash < 0
      ? []
      : withoutBuild
          .slice(dash + 1)
          .split('.')
          .map(identifier);
  for (const part of build === undefined ? [] : build.split('.')) {
    if (part === '') throw fault('Build meta data is empty');
    if (!/^[0-9A-Za-z-]+$/.test(part)) throw fault(`Invalid character(s) found in build meta data ${quote(part)}`);
  }
  return new SemverValue(numbers, prerelease);
}

/** Returns a version's text as expressions see it. @throws EvaluationError if it is not a semantic version */
export const versionValue = (text: string): Value => parse(text);

function number(text: string, title: string, name: string): bigint {
  if (!/^\d*$/.test(text)) throw fault(`Invalid character(s) found in ${name} number ${quote(text)}`);
  if (text.length > 1 && text.startsWith('0')) throw fault(`${title} number must not contain leading zeroes ${quote(text)}`);
  if (text === '') throw fault(`strconv.ParseUint: parsing "": invalid syntax`);
  if (BigInt(text) > MAX_UINT) throw fault(`strconv.ParseUint: parsing ${quote(text)}: value out of range`);
  return BigInt(text);
}

function identifier(text: string): bigint | string {
  if (text === '') throw fault('Prerelease is empty');
  if (/^\d+$/.test(text)) {
    if (text.length > 1 && text.startsWith('0')) throw fault(`Numeric PreRelease version must not contain leading zeroes ${quote(text)}`);
    return BigInt(text);
  }
  if (!/^[0-9A-Za-z-]+$/.test(text)) throw fault(`Invalid character(s) found in prerelease ${quote(text)}`);
  return text;
}

/** Takes a `v` off, fills up to three numbers and drops leading zeros. */
function normalized(text: string): string {
  const [first = '', second, ...rest] = text.replace(/^v/, '').split('.');
  const parts = [first, ...(second === undefined ? [] : [second]), ...(rest.length === 0 ? [] : [rest.join('.')])].map((part) => {
    if (part.length <= 1) return part;
    const stripped = part.replace(/^0+/, '');
    return /^\d/.test(stripped) ? stripped : `0${stripped}`;
  });
  if (parts.length < 3 && /[+-]/.test(parts.at(-1) ?? '')) throw fault('short version cannot contain PreRelease/Build meta data');
  while (parts.length < 3) parts.push('0');
  return parts.join('.');
}

const compared = <T extends bigint | string | number>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

function order(a: SemverValue, b: SemverValue): number {
  for (const [i, number] of a.numbers.entries()) {
    const result = compared(number, b.numbers[i] ?? 0n);
    if (result !== 0) return result;
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0) return compared(b.prerelease.length === 0 ? 0 : 1, a.prerelease.length === 0 ? 0 : 1);
  for (const [i, left] of a.prerelease.entries()) {
    const right = b.prerelease[i];
    if (right === undefined) return 1;
    const [leftIsNumber, rightIsNumber] = [typeof left === 'bigint', typeof right === 'bigint'];
    const result = leftIsNumber === rightIsNumber ? compared<bigint | string>(left, right) : leftIsNumber ? -1 : 1;
    if (result !== 0) return result;
  }
  return a.prerelease.length < b.prerelease.length ? -1 : 0;
}

function version(value: Value | undefined): SemverValue {
  if (!(value instanceof SemverValue)) throw noSuchOverload();
  return value;
}

function read(text: Value | undefined, normalize: Value | undefined): SemverValue {
  if (typeof text !== 'string') throw noSuchOverload();
  return parse(normalize === true ? normalized(text) : text);
}

function isVersion(text: Value | undefined, normalize?: Value): boolean {
  try {
    read(text, normalize);
    return true;
  } catch (error) {
    if (error instanceof EvaluationError) return false;
    throw error;
  }
}

const S = SEMVER_TYPE;
const member = (id: string, params: readonly CelType[], result: CelType, call: NonNullable<Overload['call']>): readonly Overload[] => [
  { id, member: true, params, result, call },
];

const functions: Functions = {
  semver: [
    { id: 'string_to_semver', params: [STRING], result: S, call: (text) => read(text, false) },
    { id: 'string_bool_to_semver', params: [STRING, BOOL], result: S, call: read },
  ],
  isSemver: [
    { id: 'is_semver_string', params: [STRING], result: BOOL, call: (text) => isVersion(text) },
    { id: 'is_semver_string_bool', params: [STRING, BOOL], result: BOOL, call: isVersion },
  ],
  isGreaterThan: member('semver_is_greater_than', [S, S], BOOL, (a, b) => order(version(a), version(b)) > 0),
  isLessThan: member('semver_is_less_than', [S, S], BOOL, (a, b) => order(version(a), version(b)) < 0),
  compareTo: member('semver_compare_to', [S, S], INT, (a, b) => BigInt(order(version(a), version(b)))),
  major: member('semver_major', [S], INT, (value) => version(value).numbers[0]),
  minor: member('semver_minor', [S], INT, (value) => version(value).numbers[1]),
  patch: member('semver_patch', [S], INT, (value) => version(value).numbers[2]),
};

/** Semantic versions. */
export const semverLibrary: Library = { functions };
