import { describe, expect, it } from '@jest/globals';
import type { ExpressionUse } from '../../../../api/kinds/admissionregistration/policy-expressions.ts';
import { compilePolicyExpressions } from './policy-compiler.ts';

const fault = (expression: string, use: ExpressionUse, hasParams = false) =>
  compilePolicyExpressions({ hasParams, hasVariables: true }).compile(expression, use)?.split('\n')[0];

describe('the expressions of a policy', () => {
  it.each<[ExpressionUse, string]>([
    ['validation', "object.spec.replicas > 1 && request.operation == 'CREATE' && namespaceObject.metadata.name != ''"],
    ['validation', "authorizer.requestResource.check('get').allowed()"],
    ['message', "'replicas: ' + string(object.spec.replicas)"],
    ['audit annotation', 'null'],
    ['audit annotation', "'x'"],
    ['apply configuration', "Object{metadata: Object.metadata{labels: {'a': 'b'}}}"],
    ['JSON patch', "[JSONPatch{op: 'add', path: '/metadata/labels/' + jsonpatch.escapeKey('a/b'), value: 'x'}]"],
  ])('of the use %s compile: %s', (use, expression) => {
    expect(fault(expression, use)).toBeUndefined();
  });

  it.each<[ExpressionUse, string, string]>([
    ['validation', "'x'", 'must evaluate to bool but got string'],
    ['message', '1', 'must evaluate to string but got int'],
    ['audit annotation', '1', 'must evaluate to one of [string null_type] but got int'],
    ['apply configuration', 'Object.spec{}', 'must evaluate to Object but got Object.spec'],
    ['JSON patch', '[]', 'must evaluate to list(JSONPatch) but got list(dyn)'],
    ['validation', 'params.x == 1', "compilation failed: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')"],
    ['validation', "request.nope == ''", "compilation failed: ERROR: <input>:1:8: undefined field 'nope'"],
    ['validation', 'Object{} == object', "compilation failed: ERROR: <input>:1:7: undeclared reference to 'Object' (in container '')"],
    [
      'message',
      "string(authorizer.path('/').check('get').allowed())",
      "compilation failed: ERROR: <input>:1:8: undeclared reference to 'authorizer' (in container '')",
    ],
  ])('of the use %s do not compile: %s', (use, expression, text) => {
    expect(fault(expression, use)).toBe(text);
  });

  it('know the variables before them, and structures among those as anything', () => {
    const compiler = compilePolicyExpressions({ hasParams: true, hasVariables: true });
    expect(compiler.variable('early', 'variables.late')).toMatch(/undefined field 'late'/);
    expect(compiler.variable('late', 'params.number + 1')).toBeUndefined();
    expect(compiler.variable('user', 'request.userInfo')).toBeUndefined();
    expect(compiler.variable('names', "['a', 'b']")).toBeUndefined();
    expect(compiler.compile('variables.user.anything == 1', 'validation')).toBeUndefined();
    expect(compiler.compile('variables.names[0] == 1', 'validation')).toMatch(/found no matching overload for '_==_' applied to '\(string, int\)'/);
    expect(compiler.condition('variables.late == 2')).toMatch(/undeclared reference to 'variables'/);
  });
});
