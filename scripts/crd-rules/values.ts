import type { Constraints, Rule } from './placement.ts';

/** The rules of single values, in the words of the built-in kinds' validation. */
export const notNegative: Rule = { rule: 'self >= 0', message: 'must be greater than or equal to 0' };

export const portNumber: Rule = { rule: 'self >= 1 && self <= 65535', message: 'must be between 1 and 65535, inclusive' };

/** A port that is chosen by the system if it is 0. */
export const portOrNone: Rule = { rule: 'self >= 0 && self <= 65535', message: 'must be between 1 and 65535, inclusive' };

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const LABEL_TEXT = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL}')`;

/** A label of DNS; an optional one may be empty. */
export const dnsLabel = (optional: boolean): Constraints => ({
  maxLength: 63,
  rules: [{ rule: `${optional ? "self == '' || " : ''}self.matches('^${LABEL}$')`, message: LABEL_TEXT }],
});

const SUBDOMAIN = `${LABEL}(\\\\.${LABEL})*`;
const SUBDOMAIN_TEXT = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${LABEL}(\\.${LABEL})*')`;

/** A name of DNS; an optional one may be empty, and the dot at its end may stand. */
export const dnsName: Constraints = {
  maxLength: 254,
  rules: [{ rule: `self == '' || self.matches('^${SUBDOMAIN}\\\\.?$')`, message: SUBDOMAIN_TEXT }],
};

const PERCENT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

/** A number that is not negative, or a percentage. */
export const intOrPercent: readonly Rule[] = [
  { rule: 'type(self) != int || self >= 0', message: 'must be greater than or equal to 0' },
  { rule: "type(self) != string || self.matches('^[0-9]+%$')", message: PERCENT },
];

export const atMostWhole: Rule = {
  rule: "type(self) != string || !self.matches('^[0-9]+%$') || self.matches('^0*([0-9]{1,2}|100)%$')",
  message: 'must not be greater than 100%',
};

export const immutable: Rule = { rule: 'self == oldSelf', message: 'field is immutable' };
