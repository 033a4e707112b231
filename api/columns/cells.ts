import { entriesOf } from '../../base/json.ts';
import type { LabelSelector, LabelSelectorRequirement } from '../meta/label-selector.ts';
import type { KubeObject, Live } from '../meta/object.ts';
import type { Column } from './column.ts';
import { since } from './human-duration.ts';

/** The first column of most tables. */
export const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'The name of the object, unique among those of its kind in its namespace.',
  cell: (object) => object.metadata.name,
};

export const ageColumn: Column = {
  name: 'Age',
  type: 'string',
  description: 'How long ago the object was created.',
  cell: (object, now) => since(object.metadata.creationTimestamp, now),
};

const createdAtColumn: Column = {
  name: 'Created At',
  type: 'date',
  description: 'When the object was created.',
  cell: (object) => object.metadata.creationTimestamp,
};

/** The columns of a kind without columns of its own. */
export const defaultColumns: readonly Column[] = [nameColumn, createdAtColumn];

type CellOf<T extends KubeObject> = (object: Live<T>, now: number) => string | number | boolean | null;

/** Returns a column that `kubectl get` always shows. */
export const shown = <T extends KubeObject>(name: string, description: string, cell: CellOf<T>, type: Column<T>['type'] = 'string'): Column<T> => ({
  name,
  type,
  description,
  cell,
});

/** Returns a column that shows with `-o wide` only. */
export const wide = <T extends KubeObject>(name: string, description: string, cell: CellOf<T>): Column<T> => ({
  name,
  type: 'string',
  priority: 1,
  description,
  cell,
});

/** Returns `a=b,c=d`, sorted by key, or `<none>`. */
export function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Array.from(entriesOf(labels), ([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? '<none>' : pairs.sort().join(',');
}

function requirementText({ key, operator, values = [] }: LabelSelectorRequirement): string {
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator === 'In' ? 'in' : 'notin'} (${[...values].sort().join(',')})`;
}

/** Returns a selector in the form of `kubectl get -l`, its requirements sorted by key; `<none>` if it has none. */
export function selectorText(selector: LabelSelector | undefined): string {
  const equal = Array.from(entriesOf(selector?.matchLabels), ([key, value]) => ({ key, text: `${key}=${value}` }));
  const others = (selector?.matchExpressions ?? []).map((one) => ({ key: one.key, text: requirementText(one) }));
  const all = [...equal, ...others].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return all.length === 0 ? '<none>' : all.map(({ text }) => text).join(',');
}

/** Returns the first three of a list and the number of the others: `a,b,c + 2 more...`. */
export function firstThree(texts: readonly string[], empty: string, count = texts.length): string {
  const text = texts.slice(0, 3).join(',');
  if (count > 3) return `${text} + ${count - 3} more...`;
  return text === '' ? empty : text;
}
