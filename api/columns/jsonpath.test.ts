import { describe, expect, it } from '@jest/globals';
import { fieldsOfPath, jsonPath } from './jsonpath.ts';

const object = {
  metadata: { name: 'n', annotations: { 'example.com/x': 'y' } },
  spec: { replicas: 3, list: [{ name: 'a' }, { name: 'b' }] },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Other', status: 'False' },
    ],
  },
};

describe('jsonPath', () => {
  it.each([
    ['.spec.replicas', [3]],
    ['{.spec.replicas}', [3]],
    ['spec.replicas', [3]],
    ['.spec.missing.deeper', []],
    ["['metadata'].name", ['n']],
    ["['metadata']['name']", ['n']],
    [".metadata.annotations['example.com/x']", ['y']],
    ['.metadata.annotations.example\\.com/x', ['y']],
    ['.spec.list[0].name', ['a']],
    ['.spec.list[-1].name', ['b']],
    ['.spec.list[*].name', ['a', 'b']],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    ["{.status.conditions[?(@.type != 'Ready')].status}", ['False']],
  ])('%s finds %j', (path, expected) => expect(jsonPath(path)(object)).toEqual(expected));

  it('refuses what it cannot follow', () => {
    expect(() => jsonPath('.spec[')).toThrow('unexpected "["');
    expect(() => jsonPath('.a..b')).toThrow();
  });
  it('gives the fields of a plain path', () => {
    expect(fieldsOfPath('.spec.replicas')).toEqual(['spec', 'replicas']);
    expect(fieldsOfPath('.spec.list[0]')).toBeUndefined();
  });
});
