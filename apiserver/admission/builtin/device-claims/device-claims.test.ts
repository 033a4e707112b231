import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Authorizer } from '../../../contract/authorizer.ts';
import type { UserInfo } from '../../../contract/request.ts';
import { startTestServer } from '../../../test-server.fixture.ts';

const BASE = '/apis/resource.k8s.io/v1/namespaces';
const SYNTHETIC = ['binding', 'driver'];
/** Allows everything but the synthetic subresources of claims: of them each user has the actions in its groups, as `VERB SUBRESOURCE NAMESPACE/NAME`. */
const authorizer: Authorizer = {
  authorize: ({ user, resource, verb, subresource, namespace, name }) =>
    resource !== 'resourceclaims' ||
    !SYNTHETIC.includes(subresource) ||
    user.groups.some((group) => group === 'system:masters' || group === `${verb} ${subresource} ${namespace}/${name}`)
      ? { verdict: 'allow' }
      : { verdict: 'no opinion', reason: 'no role' },
  rulesFor: () => ({ resourceRules: [], nonResourceRules: [], incomplete: false }),
};

const device = { request: 'gpu', driver: 'd.example.com', pool: 'p', device: 'gpu-0' };
const report = { driver: 'd.example.com', pool: 'p', device: 'gpu-0', data: { state: 'fine' } };
const onNode = (name: string) => ({ nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] }] });
const gpu = (more: object = {}) => ({ name: 'gpu', exactly: { deviceClassName: 'gpus', ...more } });

let server: Awaited<ReturnType<typeof startTestServer>>;
beforeAll(async () => {
  server = await startTestServer({ authorizers: [authorizer] });
  for (const [name, admin] of [
    ['plain', 'false'],
    ['admin', 'true'],
  ] as const) {
    const labels = { 'resource.kubernetes.io/admin-access': admin };
    await server.ask('POST', '/api/v1/namespaces', { body: { metadata: { name, labels } } });
  }
});
afterAll(() => server.stop());

const claimIn = (namespace: string, name: string, more: object = {}) =>
  server.ask('POST', `${BASE}/${namespace}/resourceclaims`, { body: { metadata: { name }, spec: { devices: { requests: [gpu(more)] } } } });
const patchStatus = (namespace: string, name: string, status: object, user?: UserInfo) =>
  server.ask('PATCH', `${BASE}/${namespace}/resourceclaims/${name}/status`, {
    body: { status },
    headers: { 'content-type': 'application/merge-patch+json' },
    ...(user ? { user } : {}),
  });
const putStatus = async (name: string, status: object, user: UserInfo) => {
  const path = `${BASE}/plain/resourceclaims/${name}`;
  const { json } = await server.ask('GET', path);
  return server.ask('PUT', `${path}/status`, { body: { ...json, status }, user });
};
const allocation = { devices: { results: [device] }, nodeSelector: onNode('n1') };
/** Makes a claim that is allocated. */
async function allocated(name: string): Promise<void> {
  await claimIn('plain', name);
  expect((await patchStatus('plain', name, { allocation })).status).toBe(200);
}
const user = (...rights: readonly string[]): UserInfo => ({ name: 'driver', groups: ['system:authenticated', ...rights] });
const onlyCause = ({ json }: Awaited<ReturnType<typeof patchStatus>>) => `${json.details.causes[0].field}: ${json.details.causes[0].message}`;

describe('admin access', () => {
  const refusal =
    'spec.devices.requests[0].adminAccess: Forbidden: admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace';

  it('is for claims of namespaces with the label', async () => {
    const refused = await claimIn('plain', 'c', { adminAccess: true });
    expect([refused.status, refused.json.message]).toEqual([422, `ResourceClaim.resource.k8s.io "c" is invalid: ${refusal}`]);
    expect((await claimIn('admin', 'c', { adminAccess: true })).status).toBe(201);
    expect((await claimIn('plain', 'without', { adminAccess: false })).status).toBe(201);
  });

  it('is for templates of such namespaces', async () => {
    const body = { metadata: { name: 't' }, spec: { spec: { devices: { requests: [gpu({ adminAccess: true })] } } } };
    const refused = await server.ask('POST', `${BASE}/plain/resourceclaimtemplates`, { body });
    expect([refused.status, refused.json.message]).toEqual([422, `ResourceClaimTemplate.resource.k8s.io "t" is invalid: ${refusal}`]);
    expect((await server.ask('POST', `${BASE}/admin/resourceclaimtemplates`, { body })).status).toBe(201);
  });

  it('is for allocations in such namespaces', async () => {
    const status = { allocation: { devices: { results: [{ ...device, adminAccess: true }] } } };
    await claimIn('plain', 'allocated');
    expect(onlyCause(await patchStatus('plain', 'allocated', status))).toContain(
      'status.allocation.devices.results[0].adminAccess: Forbidden: admin access to devices requires',
    );
    await claimIn('admin', 'allocated');
    expect((await patchStatus('admin', 'allocated', status)).status).toBe(200);
  });
});

describe('the status of a claim', () => {
  it('is allocated and reserved by those who may bind claims, by the verb of the request', async () => {
    await claimIn('plain', 'bound');
    const sentence = (verb: string) =>
      `status.allocation: Forbidden: changing status.allocation or status.reservedFor requires resource="resourceclaims/binding", verb="${verb}" permission: ` +
      `resourceclaims.resource.k8s.io is forbidden: User "driver" cannot ${verb} resource "resourceclaims/binding" in API group "resource.k8s.io" at the cluster scope: no role`;
    expect(onlyCause(await patchStatus('plain', 'bound', { allocation }, user()))).toBe(sentence('patch'));
    expect(onlyCause(await putStatus('bound', { allocation }, user('patch binding /')))).toBe(sentence('update'));
    expect((await putStatus('bound', { allocation }, user('update binding /'))).status).toBe(200);
  });

  it('takes reports from those who may speak for the driver anywhere', async () => {
    await allocated('anywhere');
    expect(onlyCause(await patchStatus('plain', 'anywhere', { devices: [report] }, user()))).toBe(
      'status.devices: Forbidden: changing status.devices requires resource="resourceclaims/driver", verb="[arbitrary-node:patch]" permission: ' +
        'resourceclaims.resource.k8s.io "d.example.com" is forbidden: User "driver" cannot arbitrary-node:patch resource "resourceclaims/driver" ' +
        'in API group "resource.k8s.io" in the namespace "plain": no role',
    );
    const allowed = user('arbitrary-node:patch driver plain/d.example.com');
    expect((await patchStatus('plain', 'anywhere', { devices: [report] }, allowed)).status).toBe(200);
    expect((await patchStatus('plain', 'anywhere', { devices: [report] }, user())).status).toBe(200);
    expect((await patchStatus('plain', 'anywhere', { devices: null }, user())).status).toBe(422);
  });

  it.each<[string, string, string | undefined, number]>([
    ['a service account on the node of the claim', 'system:serviceaccount:plain:driver', 'n1', 200],
    ['a service account on another node', 'system:serviceaccount:plain:driver', 'n2', 422],
    ['a service account of nowhere', 'system:serviceaccount:plain:driver', undefined, 422],
    ['somebody else', 'driver', 'n1', 422],
  ])('takes or refuses reports from %s', async (who, name, node, expected) => {
    const claim = `from-${who.replaceAll(' ', '-')}`;
    await allocated(claim);
    const extra = node === undefined ? {} : { extra: { 'authentication.kubernetes.io/node-name': [node] } };
    const sender = { ...user('associated-node:patch driver plain/d.example.com'), name, ...extra };
    expect((await patchStatus('plain', claim, { devices: [report] }, sender)).status).toBe(expected);
  });

  it('loses the reports with the devices, whoever frees them', async () => {
    await allocated('freed');
    await patchStatus('plain', 'freed', { devices: [report] });
    const { status, json } = await patchStatus('plain', 'freed', { allocation: null }, user('patch binding /'));
    expect([status, json.status]).toEqual([200, {}]);
  });
});
