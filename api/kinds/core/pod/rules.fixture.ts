import { expect, it } from '@jest/globals';
import type { Container } from '../../../pod/container/container.ts';
import type { PodSpec } from '../../../pod/spec/pod-spec.ts';
import { fieldErrorText } from '../../../schema/field-error.ts';
import { defaultPod } from './defaults.ts';
import type { Pod } from './schema.ts';
import { validatePod } from './validation.ts';

export type Changes = Partial<PodSpec>;
type Row = readonly [sentence: string, changes: Changes, expected: readonly string[]];

const CONTAINER: Container = { name: 'c', image: 'i' };

/** Returns the errors of a small valid pod after the changes. */
export function podErrors(changes: Changes, annotations?: Record<string, string>): string[] {
  const spec = { containers: [CONTAINER], serviceAccountName: 'default', ...structuredClone(changes) };
  const pod: Pod = { metadata: { name: 'p', namespace: 'default', annotations }, spec };
  defaultPod(pod);
  return validatePod(pod).map(fieldErrorText);
}

/** Returns a pod of one container with the changes. */
export const one = (changes: Partial<Container>): Changes => ({ containers: [{ ...CONTAINER, ...changes }] });

/** Declares one test per row: a rule, a pod that breaks it, and a part of each error. */
export function refuses(rows: readonly Row[]): void {
  it.each(rows)('%s', (_sentence, changes, expected) => {
    expect(podErrors(changes)).toEqual(expected.map((part) => expect.stringContaining(part)));
  });
}

export function takes(rows: readonly (readonly [string, Changes])[]): void {
  it.each(rows)('%s', (_sentence, changes) => {
    expect(podErrors(changes)).toEqual([]);
  });
}
