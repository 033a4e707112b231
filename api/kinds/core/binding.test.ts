import { describe, expect, it } from '@jest/globals';
import { fieldErrorText } from '../../schema/field-error.ts';
import { validateBinding } from './binding.ts';

describe('a Binding', () => {
  it('binds to a node, by name', () => {
    expect(validateBinding({ target: { name: 'n' } })).toEqual([]);
    expect(validateBinding({ target: {} }).map(fieldErrorText)).toEqual(['target.name: Required value']);
    expect(validateBinding({ target: { kind: 'Pod', name: 'n' } }).map(fieldErrorText)).toEqual([
      'target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>"',
    ]);
  });
});
