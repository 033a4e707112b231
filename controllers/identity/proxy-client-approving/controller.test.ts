import { beforeEach, describe, expect, it } from '@jest/globals';
import { certificateSigningRequests as requests } from '../../../api/kinds/certificates/index.ts';
import type { Subject } from '../../../base/x509/certificate.ts';
import { createCertificateRequest, createPrivateKeyText } from '../../../base/x509/certificate-request.ts';
import type { StubEnv } from '../../_shared/env.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { proxyClientApprovingController } from './controller.ts';

describe('a request for the client certificate of a proxy', () => {
  let env: StubEnv;
  let key: string;
  beforeEach(async () => {
    env = createStubEnv(proxyClientApprovingController(requests));
    key ??= await createPrivateKeyText();
  });

  interface Asked {
    readonly username?: string;
    readonly groups?: string[];
    readonly subject?: Subject;
    readonly usages?: string[];
    readonly names?: string[];
    readonly signerName?: string;
  }
  async function isApproved(asked: Asked): Promise<boolean> {
    const { username = 'system:node:n1', groups = ['system:nodes'], subject = { commonName: 'system:kube-proxy' }, names } = asked;
    const { usages = ['client auth', 'digital signature'], signerName = 'kubernetes.io/kube-apiserver-client' } = asked;
    const pem = await createCertificateRequest(key, subject, names && { names, ips: [] });
    const spec = { request: Buffer.from(pem).toString('base64'), signerName, usages, username, groups };
    env.show(requests, await env.client.create(requests, { metadata: { name: 'a' }, spec }));
    await env.reconcile('a', '');
    const { status } = await env.client.get(requests, { namespace: '', name: 'a' });
    return status?.conditions?.some(({ type }) => type === 'Approved') ?? false;
  }

  it('of a node is approved', async () => {
    expect(await isApproved({})).toBe(true);
  });

  it.each<[string, Asked]>([
    ['of a user who has only the name of a node', { groups: ['system:authenticated'] }],
    ['of a user who is in the group only', { username: 'jane' }],
    ['of a bootstrap token', { username: 'system:bootstrap:abcdef', groups: ['system:bootstrappers'] }],
    ['for another user', { subject: { commonName: 'system:kube-scheduler' } }],
    ['with a group', { subject: { commonName: 'system:kube-proxy', organizations: ['system:nodes'] } }],
    ['with a name to serve under', { names: ['kubernetes.default.svc'] }],
    ['to serve with', { usages: ['client auth', 'digital signature', 'server auth'] }],
    ['of another signer', { signerName: 'example.com/signer' }],
  ])('%s is left alone', async (_, asked) => {
    expect(await isApproved(asked)).toBe(false);
  });
});
