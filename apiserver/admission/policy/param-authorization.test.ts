import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TestServer } from '../../test-server.fixture.ts';
import { startTestServer } from '../../test-server.fixture.ts';
import { CONFIG_MAPS } from './policies.fixture.ts';

const GROUP = 'admissionregistration.k8s.io';
const JANE = { name: 'jane', groups: ['system:authenticated'] };
let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.stop());

async function grant(name: string, rules: readonly object[]): Promise<void> {
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  await server.ask('POST', `${rbac}/clusterroles`, { body: { metadata: { name }, rules } });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' }];
  await server.ask('POST', `${rbac}/clusterrolebindings`, { body: { metadata: { name }, roleRef, subjects } });
}
const write = (plural: string, name: string, spec: object) =>
  server.ask('POST', `/apis/${GROUP}/v1/${plural}`, { body: { metadata: { name }, spec }, user: JANE });
const policy = { matchConstraints: CONFIG_MAPS, paramKind: { apiVersion: 'v1', kind: 'Secret' }, validations: [{ expression: 'true' }] };
const binding = { policyName: 'p', validationActions: ['Deny'], paramRef: { name: 's', namespace: 'n', parameterNotFoundAction: 'Deny' } };

describe('the writer of a policy', () => {
  it('must be allowed to read all objects of its paramKind', async () => {
    await grant('policies', [{ apiGroups: [GROUP], resources: ['*'], verbs: ['*'] }]);
    const refused = await write('validatingadmissionpolicies', 'p', policy);
    expect([refused.status, refused.json.message]).toEqual([
      422,
      'ValidatingAdmissionPolicy.admissionregistration.k8s.io "p" is invalid: spec.paramKind: Forbidden: user &{jane  [system:authenticated] map[]} must have "get" permission on all objects of the referenced paramKind (kind=Secret, apiVersion=v1)',
    ]);
    await grant('secrets', [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }]);
    expect((await write('validatingadmissionpolicies', 'p', policy)).status).toBe(201);
  });
});

describe('the writer of a binding', () => {
  it('must be allowed to read the objects of its paramRef', async () => {
    await grant('policies', [{ apiGroups: [GROUP], resources: ['*'], verbs: ['*'] }]);
    await server.ask('POST', `/apis/${GROUP}/v1/validatingadmissionpolicies`, { body: { metadata: { name: 'p' }, spec: policy } });
    const refused = await write('validatingadmissionpolicybindings', 'b', binding);
    expect([refused.status, refused.json.message]).toEqual([
      422,
      'ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io "b" is invalid: spec.paramRef: Forbidden: user &{jane  [system:authenticated] map[]} does not have "get" permission on the object referenced by paramRef',
    ]);
    await grant('secret', [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['s'], verbs: ['get'] }]);
    expect((await write('validatingadmissionpolicybindings', 'b', binding)).status).toBe(201);
  });
});
