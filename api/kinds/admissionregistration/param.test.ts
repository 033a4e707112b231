import { describe, expect, it } from '@jest/globals';
import type { FieldError } from '../../schema/field-error.ts';
import { fieldErrorText } from '../../schema/field-error.ts';
import { rootPath } from '../../validation/field-path.ts';
import type { ParamKind, ParamRef } from './param.ts';
import { checkParamKind, checkParamRef, paramKindText, paramRefText } from './param.ts';

function faultsOf(check: (errors: FieldError[]) => void): string[] {
  const errors: FieldError[] = [];
  check(errors);
  return errors.map(fieldErrorText);
}
const kindFaults = (kind: ParamKind) => faultsOf((errors) => checkParamKind(errors, kind, rootPath('paramKind')));
const refFaults = (ref: ParamRef) => faultsOf((errors) => checkParamRef(errors, ref, rootPath('paramRef')));

describe('the kind of parameters', () => {
  it.each<[ParamKind]>([[{ apiVersion: 'v1', kind: 'ConfigMap' }], [{ apiVersion: 'rules.example.com/v1beta1', kind: 'Limit' }]])(
    '%j is accepted',
    (kind) => {
      expect(kindFaults(kind)).toEqual([]);
    },
  );

  it.each<[ParamKind, readonly string[]]>([
    [{}, ['paramKind.apiVersion: Required value', 'paramKind.kind: Required value']],
    [{ apiVersion: 'a/b/c', kind: 'K' }, ['paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c']],
    [{ apiVersion: 'example.com/', kind: 'K' }, ['paramKind.apiVersion: Invalid value: "example.com/": version must be specified']],
    [{ apiVersion: '/', kind: 'K' }, ['paramKind.apiVersion: Invalid value: "/": version must be specified']],
  ])('%j is refused', (kind, faults) => {
    expect(kindFaults(kind)).toEqual(faults);
  });

  it('is refused with a group, version or kind that none can have', () => {
    expect(kindFaults({ apiVersion: 'Bad_/1', kind: '-1' }).map((fault) => fault.slice(0, 45))).toEqual([
      'paramKind.apiVersion: Invalid value: "Bad_": ',
      'paramKind.apiVersion: Invalid value: "1": a D',
      'paramKind.kind: Invalid value: "-1": may have',
    ]);
  });

  it('is shown with its version', () => {
    expect([paramKindText(undefined), paramKindText({ apiVersion: 'v1', kind: 'ConfigMap' })]).toEqual(['<unset>', 'v1/ConfigMap']);
  });
});

describe('a reference to parameters', () => {
  it.each<[ParamRef]>([[{ name: 'p', parameterNotFoundAction: 'Deny' }], [{ selector: {}, namespace: 'n', parameterNotFoundAction: 'Allow' }]])(
    '%j is accepted',
    (ref) => {
      expect(refFaults(ref)).toEqual([]);
    },
  );

  it.each<[ParamRef, readonly string[]]>([
    [{}, ['paramRef: Required value: one of name or selector must be specified', 'paramRef.parameterNotFoundAction: Required value']],
    [{ name: 'a/b', parameterNotFoundAction: 'Deny' }, [`paramRef.name: Invalid value: "a/b": may not contain '/'`]],
    [
      { name: 'p', selector: {}, parameterNotFoundAction: 'Other' },
      [
        'paramRef.name: Forbidden: name and selector are mutually exclusive',
        'paramRef.selector: Forbidden: name and selector are mutually exclusive',
        'paramRef.parameterNotFoundAction: Unsupported value: "Other": supported values: "Deny", "Allow"',
      ],
    ],
  ])('%j is refused', (ref, faults) => {
    expect(refFaults(ref)).toEqual(faults);
  });

  it.each<[ParamRef | undefined, string]>([
    [undefined, '<unset>'],
    [{ name: 'p' }, 'p'],
    [{ name: 'p', namespace: 'n' }, 'n/p'],
    [
      { selector: { matchLabels: { b: '2', a: '1' }, matchExpressions: [{ key: 'k', operator: 'In', values: ['x', 'y'] }] } },
      '&LabelSelector{MatchLabels:map[string]string{a: 1,b: 2,},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:k,Operator:In,Values:[x y],},},}',
    ],
  ])('%j is shown as %s', (ref, text) => {
    expect(paramRefText(ref)).toBe(text);
  });
});
