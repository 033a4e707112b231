import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCertificateRequest, createPrivateKeyText } from '../../../../base/x509/certificate-request.ts';
import type { AuthorizationAttributes, Authorizer } from '../../../contract/authorizer.ts';
import { startTestServer } from '../../../test-server.fixture.ts';

const PATH = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
/** Allows everything but what concerns signers: of them each user has those in its name, as `VERB NAME`. */
const authorizer: Authorizer = {
  authorize: ({ user, resource, verb, name }: AuthorizationAttributes) =>
    resource !== 'signers' || user.groups.includes('system:masters') || user.name === `${verb} ${name}`
      ? { verdict: 'allow' }
      : { verdict: 'no opinion' },
  rulesFor: () => ({ resourceRules: [], nonResourceRules: [], incomplete: false }),
};
const user = (name: string) => ({ user: { name, groups: ['system:authenticated'] } });

describe('admission of certificate signing requests', () => {
  let server: Awaited<ReturnType<typeof startTestServer>>;
  let key: string;
  beforeAll(async () => {
    server = await startTestServer({ authorizers: [authorizer] });
    key = await createPrivateKeyText();
  });
  afterAll(() => server.stop());

  const manifest = async (name: string, signerName: string, organizations: string[] = []) => ({
    metadata: { name },
    spec: {
      request: Buffer.from(await createCertificateRequest(key, { commonName: 'x', organizations })).toString('base64'),
      signerName,
      usages: ['client auth'],
    },
  });

  it('knows the creator of a request, whatever the manifest says', async () => {
    const body = await manifest('mine', 'example.com/signer');
    const { json } = await server.ask('POST', PATH, { body: { ...body, spec: { ...body.spec, username: 'x' } }, ...user('me') });
    expect([json.spec.username, json.spec.groups]).toEqual(['me', ['system:authenticated']]);
  });

  it('refuses a request that is not signed with its key', async () => {
    const body = await manifest('forged', 'example.com/signer');
    const der = Buffer.from(
      Buffer.from(body.spec.request, 'base64')
        .toString()
        .replace(/-----.*-----|\s/g, ''),
      'base64',
    );
    der.write('y', der.indexOf('x', 20));
    body.spec.request = Buffer.from(`-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`).toString(
      'base64',
    );
    const { status, json } = await server.ask('POST', PATH, { body });
    expect(status).toBe(422);
    expect(json.details.causes).toEqual([
      { reason: 'FieldValueInvalid', field: 'spec.request', message: expect.stringContaining('x509: ECDSA verification failure') },
    ]);
  });

  it('refuses masters from the client signer', async () => {
    const { status, json } = await server.ask('POST', PATH, {
      body: await manifest('masters', 'kubernetes.io/kube-apiserver-client', ['system:masters']),
    });
    expect([status, json.message]).toEqual([
      403,
      'certificatesigningrequests.certificates.k8s.io "masters" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
    ]);
    expect((await server.ask('POST', PATH, { body: await manifest('plain', 'kubernetes.io/kube-apiserver-client', ['team']) })).status).toBe(201);
  });

  it.each([
    ['approval', 'approve example.com/signer', 200],
    ['approval', 'approve example.com/*', 200],
    ['approval', 'approve other.com/signer', 403],
    ['approval', 'sign example.com/signer', 403],
    ['status', 'sign example.com/signer', 200],
    ['status', 'sign example.com/*', 200],
    ['status', 'approve example.com/signer', 403],
  ])('lets %s be written by whoever may "%s": %d', async (subresource, name, code) => {
    const created = await server.ask('POST', PATH, { body: await manifest(`csr-${name.replace(/\W/g, '-')}-${subresource}`, 'example.com/signer') });
    const type = subresource === 'status' ? 'Failed' : 'Approved';
    const body = { ...created.json, status: { conditions: [{ type, status: 'True', reason: 'Test' }] } };
    const { status, json } = await server.ask('PUT', `${PATH}/${created.json.metadata.name}/${subresource}`, { body, ...user(name) });
    expect(status).toBe(code);
    if (code === 403) {
      expect(json.message).toContain(
        `user not permitted to ${subresource === 'status' ? 'sign' : 'approve'} requests with signerName "example.com/signer"`,
      );
    }
  });
});
