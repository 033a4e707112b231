import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Part } from '../../contract/part.ts';
import { metricsRegistries } from '../../metrics/metrics-registries.ts';
import type { TestServer } from '../../test-server.fixture.ts';
import { eventually, startTestServer } from '../../test-server.fixture.ts';
import type { PolicyWork } from './policies.fixture.ts';
import { CONFIG_MAPS, policyWork } from './policies.fixture.ts';

let server: TestServer;
let work: PolicyWork;
let noted: Record<string, string>;
const metrics = metricsRegistries();
const notes: Part = {
  name: 'notes',
  observers: [{ name: 'notes', loopback: true, finished: ({ annotations }) => void Object.assign(noted, annotations) }],
};
beforeEach(async () => {
  noted = {};
  metrics.lasting.clear();
  server = await startTestServer({ parts: [notes], metrics });
  work = policyWork(server);
});
afterEach(() => server.stop());

const prefix = (name: string) => `configmaps "c" is forbidden: ValidatingAdmissionPolicy '${name}' with binding '${name}' denied request: `;
const denied = async (name: string, data: Record<string, string> = {}) => {
  const { status, json } = await work.configMap('c', data);
  return [status, json.reason, String(json.message).replace(prefix(name), '')];
};

describe('a ValidatingAdmissionPolicy', () => {
  it('is in force once it is bound, and no longer once it or the binding is gone', async () => {
    await work.policy('Validating', 'p', { validations: [{ expression: 'false' }] });
    expect((await work.configMap('a', {})).status).toBe(201);
    await work.bind('Validating', 'p');
    expect(await denied('p')).toEqual([422, 'Invalid', 'failed expression: false']);
    await server.ask('DELETE', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/p');
    expect((await work.configMap('c', {})).status).toBe(201);
  });

  it('that is bound before it is there is in force from its creation on, and with its changes', async () => {
    await work.bind('Validating', 'p');
    await work.policy('Validating', 'p', { validations: [{ expression: 'has(object.data)', message: 'first' }] });
    expect(await denied('p')).toEqual([422, 'Invalid', 'first']);
    const change = { spec: { validations: [{ expression: 'false', message: 'second' }] } };
    const headers = { 'content-type': 'application/merge-patch+json' };
    await server.ask('PATCH', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/p', { body: change, headers });
    expect(await denied('p', { a: 'b' })).toEqual([422, 'Invalid', 'second']);
  });

  it.each([
    ['the text of its expression', {}, 'failed expression: false'],
    ['its message', { message: ' said ' }, 'said'],
    ['what its messageExpression gives', { message: 'said', messageExpression: "'data: ' + object.data.a" }, 'data: 1'],
    ['its message if the messageExpression fails', { message: 'said', messageExpression: 'string(object.data.none)' }, 'said'],
    ['its message if the messageExpression gives several lines', { message: 'said', messageExpression: "'a\\nb'" }, 'said'],
    ['its message if the messageExpression gives nothing', { message: 'said', messageExpression: "' '" }, 'said'],
  ])('refuses with %s', async (_what, more, message) => {
    await work.policy('Validating', 'p', { validations: [{ expression: 'false', ...more }] });
    await work.bind('Validating', 'p');
    expect(await denied('p', { a: '1' })).toEqual([422, 'Invalid', message]);
  });

  it.each([
    ['Forbidden', 403],
    ['RequestEntityTooLarge', 413],
    ['Invalid', 422],
  ])('refuses for the reason %s', async (reason, code) => {
    await work.policy('Validating', 'p', { validations: [{ expression: 'false', message: 'm', reason }] });
    await work.bind('Validating', 'p');
    expect(await denied('p')).toEqual([code, reason, 'm']);
  });

  it('refuses what it cannot evaluate, unless it fails open', async () => {
    await work.policy('Validating', 'p', { validations: [{ expression: "object.data.none == '1'" }] });
    await work.bind('Validating', 'p');
    expect(await denied('p', { a: '1' })).toEqual([422, 'Invalid', "expression 'object.data.none == '1'' resulted in error: no such key: none"]);
    const body = { spec: { failurePolicy: 'Ignore' } };
    const headers = { 'content-type': 'application/merge-patch+json' };
    await server.ask('PATCH', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/p', { body, headers });
    expect((await work.configMap('c', { a: '1' })).status).toBe(201);
  });

  it('stops when its expressions have used up their budget', async () => {
    // 80 × 80 × 80 steps in each of a dozen expressions.
    const list = `[${Array.from({ length: 80 }, (_, i) => i).join(',')}]`;
    const expression = `${list}.all(x, ${list}.all(y, ${list}.all(z, x >= 0 && y >= 0)))`;
    await work.policy('Validating', 'p', { validations: [{ expression }] });
    await work.bind('Validating', 'p');
    const [status, , message] = await denied('p');
    expect(status).toBe(422);
    expect(message).toMatch(/resulted in error: operation cancelled: actual cost limit exceeded$/);
  });

  it('evaluates variables in their order, and only those that are used', async () => {
    await work.policy('Validating', 'p', {
      variables: [
        { name: 'bad', expression: 'object.data.none' },
        { name: 'a', expression: "object.data.?a.orValue('none')" },
        { name: 'b', expression: "variables.a + '!'" },
      ],
      validations: [
        { expression: "variables.b == '1!'", messageExpression: "'b is ' + variables.b" },
        { expression: "!('x' in object.data) || variables.bad == ''" },
      ],
    });
    await work.bind('Validating', 'p');
    expect((await work.configMap('ok', { a: '1' })).status).toBe(201);
    expect(await denied('p', { a: '2' })).toEqual([422, 'Invalid', 'b is 2!']);
    expect(await denied('p', { a: '1', x: '' })).toEqual([
      422,
      'Invalid',
      `expression '!('x' in object.data) || variables.bad == ''' resulted in error: composited variable "bad" fails to evaluate: no such key: none`,
    ]);
  });

  it('applies only if its match conditions hold', async () => {
    await work.policy('Validating', 'p', {
      matchConditions: [
        { name: 'error', expression: "object.data.none == ''" },
        { name: 'b', expression: "'b' in object.data" },
      ],
      validations: [{ expression: 'true' }],
    });
    await work.bind('Validating', 'p');
    expect((await work.configMap('ok', { a: '1' })).status).toBe(201);
    expect(await denied('p', { b: '1' })).toEqual([422, 'Invalid', "expression 'object.data.none == ''' resulted in error: no such key: none"]);
  });

  it('knows the user, the namespace, the operation and what the user may do', async () => {
    await server.ask('POST', '/api/v1/namespaces', { body: { metadata: { name: 'default', labels: { team: 'a' } } } });
    await work.policy('Validating', 'p', {
      validations: [
        { expression: "request.userInfo.username == 'kubernetes-admin' && request.operation == 'CREATE' && !has(request.subResource)" },
        { expression: "namespaceObject.metadata.name == 'default'" },
        { expression: "authorizer.group('').resource('secrets').namespace('default').check('get').allowed()" },
        { expression: "authorizer.requestResource.check('create').allowed()" },
        { expression: "!authorizer.serviceAccount('default', 'default').group('').resource('pods').check('list').allowed()" },
        { expression: 'oldObject == null' },
      ],
    });
    await work.bind('Validating', 'p');
    expect((await work.configMap('c', {})).json.message).toBeUndefined();
  });

  it('is bound to requests by rules, names and labels', async () => {
    const [rule] = CONFIG_MAPS.resourceRules;
    await work.policy('Validating', 'p', {
      matchConstraints: {
        resourceRules: [{ ...rule, resourceNames: ['a', 'b'] }],
        excludeResourceRules: [{ ...rule, resourceNames: ['b'] }],
        objectSelector: { matchLabels: { strict: 'yes' } },
      },
      validations: [{ expression: 'false' }],
    });
    await work.bind('Validating', 'p');
    const status = async (name: string, labels: object) => (await work.configMap(name, {}, { labels })).status;
    expect([await status('a', { strict: 'yes' }), await status('a', {}), await status('b', { strict: 'yes' })]).toEqual([422, 201, 201]);
  });

  it('matches the other versions of a resource, unless it matches exactly', async () => {
    const event = (name: string) =>
      server.ask('POST', '/api/v1/namespaces/default/events', {
        body: { metadata: { name, namespace: 'default' }, involvedObject: { kind: 'Pod', namespace: 'default', name: 'x' }, reason: 'r' },
      });
    const rule = { apiGroups: ['events.k8s.io'], apiVersions: ['v1'], resources: ['events'], operations: ['*'] };
    await work.policy('Validating', 'p', {
      matchConstraints: { resourceRules: [rule], matchPolicy: 'Exact' },
      validations: [{ expression: "object.regarding.kind != 'Pod'", message: 'no pods' }],
    });
    await work.bind('Validating', 'p');
    expect((await event('a')).status).toBe(201);
    const headers = { 'content-type': 'application/merge-patch+json' };
    const body = { spec: { matchConstraints: { matchPolicy: 'Equivalent' } } };
    await server.ask('PATCH', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/p', { body, headers });
    expect((await event('b')).json.message).toMatch(/denied request: no pods$/);
  });

  it('sees deletions, with the object as it was', async () => {
    await work.configMap('kept', { keep: 'yes' });
    await work.policy('Validating', 'p', {
      matchConstraints: { resourceRules: [{ ...CONFIG_MAPS.resourceRules[0], operations: ['DELETE'] }] },
      validations: [{ expression: "object == null && oldObject.data.keep != 'yes'", message: 'kept' }],
    });
    await work.bind('Validating', 'p');
    const one = await server.ask('DELETE', '/api/v1/namespaces/default/configmaps/kept');
    expect([one.status, one.json.message]).toEqual([422, expect.stringContaining('configmaps "kept" is forbidden')]);
    const all = await server.ask('DELETE', '/api/v1/namespaces/default/configmaps');
    expect([all.status, all.json.message]).toEqual([422, expect.stringContaining('configmaps "Unknown" is forbidden')]);
  });

  it('warns and audits instead of refusing, as its binding says', async () => {
    await work.policy('Validating', 'p', {
      validations: [{ expression: 'true' }, { expression: 'false', message: 'm' }],
      auditAnnotations: [
        { key: 'name', valueExpression: "'is ' + object.metadata.name" },
        { key: 'none', valueExpression: 'null' },
      ],
    });
    await work.bind('Validating', 'p', { validationActions: ['Warn', 'Audit'] });
    const answer = await work.configMap('c', {});
    expect([answer.status, String(answer.headers.warning)]).toEqual([
      201,
      `299 - "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'p': m"`,
    ]);
    expect(noted).toMatchObject({
      'p/name': 'is c',
      'validation.policy.admission.k8s.io/validation_failure':
        '[{"message":"m","policy":"p","binding":"p","expressionIndex":1,"validationActions":["Warn","Audit"]}]',
    });
    expect(Object.keys(noted)).not.toContain('p/none');
    expect(await metrics.text()).toContain(
      'apiserver_validating_admission_policy_check_total{policy="p",policy_binding="p",error_type="no_error",enforcement_action="warn"} 1',
    );
  });

  it('does not see policies, nor reviews of access', async () => {
    const everything = { resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'], operations: ['*'] }] };
    await work.policy('Validating', 'p', { matchConstraints: everything, validations: [{ expression: 'false' }] });
    await work.bind('Validating', 'p');
    expect((await work.configMap('c', {})).status).toBe(422);
    const review = { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } };
    expect((await server.ask('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { body: review })).status).toBe(201);
    expect((await server.ask('DELETE', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/p')).status).toBe(200);
  });
});

describe('the status of a ValidatingAdmissionPolicy', () => {
  const status = (name: string) =>
    eventually(async () => {
      const { json } = await server.ask('GET', `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/${name}`);
      return json.status.observedGeneration === json.metadata.generation && json.status;
    });

  it('tells what its expressions get wrong about the types that it matches', async () => {
    await work.policy('Validating', 'p', {
      matchConstraints: { resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'], operations: ['*'] }] },
      variables: [{ name: 'replicas', expression: 'object.spec.replicas' }],
      validations: [
        { expression: "object.spec.replicas > '1'", messageExpression: "'wants more, got ' + object.spec.replicas" },
        { expression: 'variables.replicas > 1' },
        { expression: 'object.spec.nope == 1' },
      ],
    });
    expect(await status('p')).toEqual({
      observedGeneration: 1,
      typeChecking: {
        expressionWarnings: [
          {
            fieldRef: 'spec.validations[0].expression',
            warning:
              "apps/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload for '_>_' applied to '(int, string)'\n | object.spec.replicas > '1'\n | .....................^\n",
          },
          {
            fieldRef: 'spec.validations[0].messageExpression',
            warning: expect.stringContaining("found no matching overload for '_+_' applied to '(string, int)'"),
          },
          { fieldRef: 'spec.validations[2].expression', warning: expect.stringContaining("undefined field 'nope'") },
        ],
      },
    });
  });

  it('tells that nothing is wrong', async () => {
    await work.policy('Validating', 'p', { validations: [{ expression: 'object.metadata.labels.size() == 0' }] });
    expect(await status('p')).toEqual({ observedGeneration: 1, typeChecking: {} });
  });
});
