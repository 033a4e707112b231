import type { LabelSelector, LabelSelectorRequirement } from '../api/meta/label-selector.ts';

type Labels = Readonly<Record<string, string>>;

/** Whether labels satisfy a selector. An empty selector matches all. */
export function matchesLabels(selector: LabelSelector, labels: Labels = {}): boolean {
  for (const key in selector.matchLabels) if (labels[key] !== selector.matchLabels[key]) return false;
  return (selector.matchExpressions ?? []).every((requirement) => meets(requirement, labels));
}

function meets({ key, operator, values = [] }: LabelSelectorRequirement, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
