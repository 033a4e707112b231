import { parseInt64 } from '../../base/int64.ts';
import { entriesOf } from '../../base/json.ts';
import type { LabelSelector } from '../meta/label-selector.ts';
import type { Requirement, RequirementOperator } from './selector-parser.ts';
import { parseRequirements, SelectorError } from './selector-parser.ts';

export type { Requirement, RequirementOperator } from './selector-parser.ts';
export { SelectorError } from './selector-parser.ts';

export type Labels = Readonly<Record<string, string>>;

/** A compiled label selector. */
export interface Selector {
  /** Sorted by key; an object must meet them all. */
  readonly requirements: readonly Requirement[];
  /** False for the selector of a missing LabelSelector, which has no requirements and matches nothing. */
  readonly matchesAnything: boolean;
  matches(labels: Labels | undefined): boolean;
}

const NO_LABELS: Labels = {};
const has = (labels: Labels, key: string): boolean => Object.hasOwn(labels, key);

function meets({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = has(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case '=':
    case '==':
    case 'in':
      return value !== undefined && values.includes(value);
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
    case 'lt': {
      const [left, right] = [value === undefined ? undefined : parseInt64(value), parseInt64(values[0] ?? '')];
      if (left === undefined || right === undefined) return false;
      return operator === 'gt' ? left > right : left < right;
    }
  }
}

function selectorOf(unsorted: readonly Requirement[]): Selector {
  const requirements = [...unsorted].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const [only] = requirements;
  // Almost every selector in a cluster is one equality.
  if (only && requirements.length === 1 && (only.operator === '=' || (only.operator === 'in' && only.values.length === 1))) {
    const { key } = only;
    const [value] = only.values;
    return { requirements, matchesAnything: true, matches: (labels) => labels !== undefined && has(labels, key) && labels[key] === value };
  }
  return { requirements, matchesAnything: true, matches: (labels = NO_LABELS) => requirements.every((requirement) => meets(requirement, labels)) };
}

/** Matches every object. */
export const everything: Selector = selectorOf([]);
/** Matches no object. */
export const nothing: Selector = { requirements: [], matchesAnything: false, matches: () => false };

/**
 * Reads the text of a `labelSelector` query parameter: `a=b,c!=d,e in (x,y),f notin (z),g,!h,i>1`. Empty text selects everything.
 * @throws SelectorError with kube-apiserver's whole message.
 */
export const parseSelector = (text: string): Selector => selectorOf(parseRequirements(text));

/** Returns the selector that requires each of the labels, as ReplicationControllers and Services have it. */
export const selectorFromLabels = (labels: Labels): Selector => selectorOf(equalities(labels));

const equalities = (labels: Labels | undefined): Requirement[] =>
  Array.from(entriesOf(labels), ([key, value]) => ({ key, operator: '=', values: [value] }));

const OPERATORS: ReadonlyMap<string, RequirementOperator> = new Map<string, RequirementOperator>([
  ['In', 'in'],
  ['NotIn', 'notin'],
  ['Exists', 'exists'],
  ['DoesNotExist', '!'],
]);

/**
 * Returns the selector of a metav1.LabelSelector. A missing one selects nothing, an empty one everything.
 * @throws SelectorError for an unknown operator; validation finds all other faults.
 */
export function selectorFrom(selector: LabelSelector | undefined | null): Selector {
  if (selector === undefined || selector === null) return nothing;
  const requirements = equalities(selector.matchLabels);
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const known = OPERATORS.get(operator);
    if (known === undefined) throw new SelectorError(`${JSON.stringify(operator)} is not a valid label selector operator`);
    requirements.push({ key, operator: known, values: values ?? [] });
  }
  return requirements.length === 0 ? everything : selectorOf(requirements);
}

function requirementText({ key, operator, values }: Requirement): string {
  const sorted = [...values].sort();
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${sorted.join(',')})`;
    case 'gt':
      return `${key}>${values[0]}`;
    case 'lt':
      return `${key}<${values[0]}`;
    default:
      return `${key}${operator}${values[0] ?? ''}`;
  }
}

/** Returns the text that parses into the selector again, as in `status.selector` of a Scale. */
export const selectorText = (selector: Selector): string => selector.requirements.map(requirementText).join(',');

/** Returns the text of a metav1.LabelSelector as upstream formats it for columns and Scale: `<none>` if it is empty or missing. */
export const labelSelectorText = (selector: LabelSelector | undefined): string => selectorText(selectorFrom(selector)) || '<none>';
