import type { Infer } from '../schema/fields.ts';
import { atomicList, atomicStruct, map, string, struct } from '../schema/fields.ts';

export const LabelSelectorRequirement = struct('LabelSelectorRequirement', 'One expression of a selector: key, operator, values.', {
  key: string('Label key.').tag(1),
  operator: string('In, NotIn, Exists or DoesNotExist.', { goType: 'LabelSelectorOperator' }).tag(2),
  values: atomicList(string(), 'Values for In and NotIn; none for the others.').tag(3).optional(),
});
export type LabelSelectorRequirement = Infer<typeof LabelSelectorRequirement>;

export const LabelSelector = atomicStruct(
  'LabelSelector',
  'Selects objects by their labels; all of its parts must match. Empty, it selects everything.',
  {
    matchExpressions: atomicList(LabelSelectorRequirement, 'Expressions that must all hold.').tag(2).optional(),
    matchLabels: map(string(), 'Labels that the object must have with these values.').tag(1).optional(),
  },
);
export type LabelSelector = Infer<typeof LabelSelector>;

/** Returns the keys that a selector names. */
export const keysOfSelector = (selector: LabelSelector | undefined): ReadonlySet<string> =>
  new Set([...Object.keys(selector?.matchLabels ?? {}), ...(selector?.matchExpressions ?? []).map(({ key }) => key)]);

/** Returns a selector as the String method of Go's LabelSelector does. */
export function labelSelectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const keys = Object.keys(matchLabels).sort();
  const labels = keys.map((key) => `${key}: ${matchLabels[key]},`).join('');
  const expressions = matchExpressions.map(
    ({ key, operator, values = [] }) => `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${labels}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}
