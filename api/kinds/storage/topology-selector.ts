import { compareTexts, sortSteps } from '../../../base/sort-steps.ts';
import type { Steps } from '../../../base/steps.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { duplicate, required, searchLater } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, atomicStruct, string, struct } from '../../schema/fields.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, pathText, rootPath } from '../../validation/field-path.ts';
import { addFaults } from '../../validation/field-rules.ts';
import { qualifiedNameFaults } from '../../validation/name-rules.ts';

export const TopologySelectorLabelRequirement = struct('TopologySelectorLabelRequirement', 'Values of a label, of which a place must have one.', {
  key: string('Key of the label.').tag(1),
  values: atomicList(string(), 'The values.', { presence: 'null' }).tag(2),
});
export type TopologySelectorLabelRequirement = Infer<typeof TopologySelectorLabelRequirement>;

export const TopologySelectorTerm = atomicStruct('TopologySelectorTerm', 'Requirements on labels that a place must all meet.', {
  matchLabelExpressions: atomicList(TopologySelectorLabelRequirement, 'The requirements.').tag(1).optional(),
});
export type TopologySelectorTerm = Infer<typeof TopologySelectorTerm>;

/** Checks the places of a StorageClass (upstream's ValidateTopologySelectorTerm): no key, value or term stands twice. */
export function checkTopologies(errors: FieldError[], terms: readonly TopologySelectorTerm[] | undefined): void {
  if (terms) searchLater(() => checkTerms(errors, terms));
}

function* checkTerms(errors: FieldError[], terms: readonly TopologySelectorTerm[]): Steps<void> {
  // Upstream compares a term with all places of the list, and one without requirements equals a place that is not filled yet.
  const seen = new Set(['[]']);
  for (const [index, { matchLabelExpressions = [] }] of terms.entries()) {
    const path = childPath(indexPath(rootPath('allowedTopologies'), index), 'matchLabelExpressions');
    const keys = new Map<string, readonly string[]>();
    for (const [i, requirement] of matchLabelExpressions.entries()) yield* checkRequirement(errors, requirement, keys, indexPath(path, i));
    const identity = JSON.stringify([...keys].sort(([a], [b]) => (a < b ? -1 : 1)));
    if (seen.has(identity)) errors.push(duplicate(pathText(path), ''));
    seen.add(identity);
    yield;
  }
}

/** Values that are checked in one step. */
const STEP_COUNT = 1_000;

function* checkRequirement(
  errors: FieldError[],
  { key, values }: TopologySelectorLabelRequirement,
  keys: Map<string, readonly string[]>,
  path: FieldPath,
): Steps<void> {
  const distinct = new Set<string>();
  const all = values ?? [];
  if (all.length === 0) errors.push(required(pathText(path, 'values')));
  for (const [i, value] of all.entries()) {
    if (distinct.has(value)) errors.push(duplicate(`${pathText(path, 'values')}[${i}]`, value));
    distinct.add(value);
    if (i % STEP_COUNT === STEP_COUNT - 1) yield;
  }
  addFaults(errors, qualifiedNameFaults(key), key, path, 'key');
  if (keys.has(key)) errors.push(duplicate(pathText(path, 'key'), key));
  keys.set(key, yield* sortSteps([...distinct], compareTexts));
}
