/**
 * The textual rules of names, labels, keys and ports
 * (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/).
 * Each function returns the faults of a value, which is an empty list for almost all values.
 */
export type NameRule = (name: string, prefix: boolean) => readonly string[];

const FINE: readonly string[] = [];

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const UNDERSCORED = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const UNDERSCORED_SUBDOMAIN = `${UNDERSCORED}(\\.${UNDERSCORED})*`;
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const NAME_PART = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const CONFIG_KEY = '[-._a-zA-Z0-9]+';
const HEADER = '[-A-Za-z0-9]+';
const PERCENT = '[0-9]+%';
const WILDCARD_SUBDOMAIN = `\\*\\.${SUBDOMAIN}`;
const CONDITION_REASON = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';

const whole = (source: string) => new RegExp(`^(?:${source})$`);
const labelPattern = whole(LABEL);
const subdomainPattern = whole(SUBDOMAIN);
const underscoredPattern = whole(UNDERSCORED_SUBDOMAIN);
const label1035Pattern = whole(LABEL_1035);
const namePartPattern = whole(NAME_PART);
const configKeyPattern = whole(CONFIG_KEY);
const headerPattern = whole(HEADER);
const percentPattern = whole(PERCENT);
const wildcardPattern = whole(WILDCARD_SUBDOMAIN);
const conditionReasonPattern = whole(CONDITION_REASON);
const portCharacters = /^[-a-z0-9]+$/;
const printableWithoutEquals = /^[\x20-\x3c\x3e-\x7e]+$/;

const tooLongText = (length: number, unit: 'bytes' | 'characters'): string => `must be no more than ${length} ${unit}`;
export const inRangeText = (low: number, high: number): string => `must be between ${low} and ${high}, inclusive`;
/** Upstream's text of a value that does not match (k8s.io/apimachinery/pkg/util/validation, RegexError), with the two blanks before `or`. */
const patternText = (sentence: string, pattern: string, ...examples: readonly string[]): string =>
  `${sentence} (${examples.length === 0 ? '' : `e.g. ${examples.map((example) => `'${example}', `).join(' or ')}`}regex used for validation is '${pattern}')`;

/** Returns the length in bytes of the UTF-8 form, without encoding it. */
export function byteLength(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    bytes += code < 0x800 ? 1 : 2;
    if (code >= 0xd800 && code < 0xdc00) i++;
  }
  return bytes;
}

function check(value: string, maxLength: number, unit: 'bytes' | 'characters', pattern: RegExp, sentence: () => string): readonly string[] {
  const fits = value.length * 3 <= maxLength || byteLength(value) <= maxLength;
  const matches = pattern.test(value);
  if (fits && matches) return FINE;
  return [...(fits ? [] : [tooLongText(maxLength, unit)]), ...(matches ? [] : [sentence()])];
}

export const dns1123LabelFaults = (value: string): readonly string[] =>
  check(value, 63, 'characters', labelPattern, () =>
    subdomainPattern.test(value)
      ? 'must not contain dots'
      : patternText(
          "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
          LABEL,
          'my-name',
          '123-abc',
        ),
  );
export const dns1123SubdomainFaults = (value: string): readonly string[] =>
  check(value, 253, 'characters', subdomainPattern, () =>
    patternText(
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
      SUBDOMAIN,
      'example.com',
    ),
  );
/** A subdomain after `*.`, as hosts of an Ingress have it. */
export const wildcardSubdomainFaults = (value: string): readonly string[] =>
  check(value, 253, 'characters', wildcardPattern, () =>
    patternText(
      "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
      WILDCARD_SUBDOMAIN,
      '*.example.com',
    ),
  );
/** A subdomain that may hold underscores, as DNS search paths do. */
export const underscoredSubdomainFaults = (value: string): readonly string[] =>
  check(value, 253, 'characters', underscoredPattern, () =>
    patternText(
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
      UNDERSCORED_SUBDOMAIN,
      'example.com',
    ),
  );
export const dns1035LabelFaults = (value: string): readonly string[] =>
  check(value, 63, 'characters', label1035Pattern, () =>
    patternText(
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
      LABEL_1035,
      'my-name',
      'abc-123',
    ),
  );

/** `name` or `prefix.example.com/name`: the keys of labels and annotations, resource names, finalizers, conditions. */
export function qualifiedNameFaults(value: string): readonly string[] {
  const slash = value.indexOf('/');
  if (slash < 0) return namePartFaults(value);
  if (value.indexOf('/', slash + 1) >= 0) {
    const text = patternText(`a valid label key ${NAME_PART_SENTENCE}`, NAME_PART, ...NAME_PART_EXAMPLES);
    return [`${text} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const prefix = value.slice(0, slash);
  const prefixFaults = prefix === '' ? ['prefix part must be non-empty'] : dns1123SubdomainFaults(prefix).map((fault) => `prefix part ${fault}`);
  const nameFaults = namePartFaults(value.slice(slash + 1));
  return prefixFaults.length === 0 ? nameFaults : [...prefixFaults, ...nameFaults];
}

function namePartFaults(name: string): readonly string[] {
  if (name === '') return ['name part must be non-empty', namePartText()];
  return check(name, 63, 'bytes', namePartPattern, namePartText).map((fault) => (fault.startsWith('name part') ? fault : `name part ${fault}`));
}

const NAME_PART_SENTENCE = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const NAME_PART_EXAMPLES: readonly string[] = ['MyName', 'my.name', '123-abc'];
const namePartText = (): string => patternText(`name part ${NAME_PART_SENTENCE}`, NAME_PART, ...NAME_PART_EXAMPLES);

export function labelValueFaults(value: string): readonly string[] {
  if (value === '') return FINE;
  return check(value, 63, 'bytes', namePartPattern, () =>
    patternText(
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
      `(${NAME_PART})?`,
      'MyValue',
      'my_value',
      '12345',
    ),
  );
}

/** The keys of ConfigMaps and Secrets, which become file names. */
export function configKeyFaults(value: string): readonly string[] {
  const faults = check(value, 253, 'characters', configKeyPattern, () =>
    patternText("a valid config key must consist of alphanumeric characters, '-', '_' or '.'", CONFIG_KEY, 'key.name', 'KEY_NAME', 'key-name'),
  );
  if (!value.startsWith('.')) return faults;
  if (value === '.' || value === '..') return [...faults, `must not be '${value}'`];
  return value.startsWith('..') ? [...faults, "must not start with '..'"] : faults;
}

/** Any printable ASCII but `=` (so since v1.34). */
export function environmentNameFaults(value: string): readonly string[] {
  if (value === '') return ['environment variable name must be non-empty'];
  return printableWithoutEquals.test(value)
    ? FINE
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

export const portNumberFaults = (port: number): readonly string[] => (port >= 1 && port <= 65535 ? FINE : [inRangeText(1, 65535)]);

/** An IANA service name: at most 15 of a-z, 0-9 and hyphens, with a letter (RFC 6335). */
export function portNameFaults(name: string): readonly string[] {
  const faults: string[] = [];
  if (name.length > 15) faults.push(tooLongText(15, 'characters'));
  if (!portCharacters.test(name)) faults.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(name)) faults.push('must contain at least one letter (a-z)');
  if (name.includes('--')) faults.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) faults.push('must not begin or end with a hyphen');
  return faults;
}

export const percentFaults = (value: string): readonly string[] =>
  percentPattern.test(value)
    ? FINE
    : [patternText("a valid percent string must be a numeric string followed by an ending '%'", PERCENT, '1%', '93%')];

export const httpHeaderFaults = (name: string): readonly string[] =>
  headerPattern.test(name) ? FINE : [patternText("a valid HTTP header must consist of alphanumeric characters or '-'", HEADER, 'X-Header-Name')];

/** The reasons of conditions of the common form. */
export const conditionReasonFaults = (reason: string): readonly string[] =>
  conditionReasonPattern.test(reason)
    ? FINE
    : [
        patternText(
          "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'",
          CONDITION_REASON,
          'my_name',
          'MY_NAME',
          'MyName',
          'ReasonA,ReasonB',
          'ReasonA:ReasonB',
        ),
      ];

/** The ids that Linux takes. */
export const userIdFaults = (id: number): readonly string[] => (id >= 0 && id <= 2147483647 ? FINE : [inRangeText(0, 2147483647)]);

/** A generateName prefix may end with the dash before the random suffix. */
const afterPrefix = (name: string, prefix: boolean): string => (prefix && name.length > 1 && name.endsWith('-') ? `${name.slice(0, -1)}a` : name);

export const subdomainName: NameRule = (name, prefix) => dns1123SubdomainFaults(afterPrefix(name, prefix));
export const labelName: NameRule = (name, prefix) => dns1123LabelFaults(afterPrefix(name, prefix));
/** The weakest rule of names: one segment of a URL path. It is that of RBAC kinds. */
export const pathSegmentName: NameRule = (name) => {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((mark) => name.includes(mark)).map((mark) => `may not contain '${mark}'`);
};
