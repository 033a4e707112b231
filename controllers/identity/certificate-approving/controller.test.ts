import { beforeEach, describe, expect, it } from '@jest/globals';
import { subjectAccessReviews } from '../../../api/kinds/authorization/subject-access-review.ts';
import { certificateSigningRequests as requests } from '../../../api/kinds/certificates/index.ts';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import { createCertificateAuthority } from '../../../base/x509/certificate-authority.ts';
import { createPrivateKeyText } from '../../../base/x509/certificate-request.ts';
import type { StubEnv } from '../../_shared/env.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { certificateSigningController } from '../certificate-signing/controller.ts';
import type { Asked } from '../certificates/requests.fixture.ts';
import { nodeRequest } from '../certificates/requests.fixture.ts';
import { certificateApprovingController } from './controller.ts';

const BOOTSTRAP = { user: 'system:bootstrap:abcdef', groups: ['system:bootstrappers'] };

describe('approval of requests for nodes’ client certificates', () => {
  let env: StubEnv;
  let allowed: string[];
  beforeEach(() => {
    env = createStubEnv(certificateApprovingController({ requests, nodes }, new Set(['kubernetes.default.svc', '10.96.0.1'])));
    allowed = ['nodeclient', 'selfnodeclient'];
    const { create } = env.client;
    env.client.create = async (kind, object, options) => {
      const made = await create(kind, object, options);
      if (kind.plural !== subjectAccessReviews.plural || !('spec' in object)) return made;
      const { subresource } = (object.spec as { resourceAttributes: { subresource: string } }).resourceAttributes;
      return Object.assign(structuredClone(made), { status: { allowed: allowed.includes(subresource) } });
    };
  });

  async function ask(asked: Asked): Promise<string[]> {
    env.show(requests, await env.client.create(requests, await nodeRequest(asked)));
    await env.reconcile(asked.name, '');
    const { status } = await env.client.get(requests, { namespace: '', name: asked.name });
    return (status?.conditions ?? []).map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
  }

  it('grants a free name to whoever may ask for nodes', async () => {
    expect(await ask({ name: 'a', node: 'n1', ...BOOTSTRAP })).toEqual([
      'Approved AutoApproved: Auto approving kubelet client certificate after SubjectAccessReview.',
    ]);
  });

  it('grants a node its own name again', async () => {
    env.show(nodes, await env.client.create(nodes, { metadata: { name: 'n1' } }));
    expect(await ask({ name: 'a', node: 'n1', user: 'system:node:n1' })).toEqual([
      'Approved AutoApproved: Auto approving self kubelet client certificate after SubjectAccessReview.',
    ]);
  });

  it.each<[string, string, boolean, string]>([
    ['of a node that exists', 'n1', true, 'NodeExists'],
    ['of the API server', 'kubernetes.default.svc', false, 'NodeNameReserved'],
    ['that is the address of the API server', '10.96.0.1', false, 'NodeNameReserved'],
    ['that is none', 'N_1', false, 'InvalidNodeName'],
  ])('leaves a name %s pending, and says so in a condition and an event', async (_, node, exists, reason) => {
    if (exists) env.show(nodes, await env.client.create(nodes, { metadata: { name: node } }));
    const [condition, ...more] = await ask({ name: 'a', node, ...BOOTSTRAP });
    expect(more).toEqual([]);
    expect(condition).toMatch(new RegExp(`^NotAutoApproved ${reason}: `));
    expect(env.events).toEqual([expect.stringMatching(new RegExp(`^${reason}: `))]);
    await env.catchUp(requests);
    await env.reconcile('a', '');
    expect(env.events).toHaveLength(1);
  });

  it('grants a name to one key only, before its node exists', async () => {
    const key = await createPrivateKeyText();
    expect(await ask({ name: 'a', node: 'n1', key, ...BOOTSTRAP })).toEqual([expect.stringMatching(/^Approved/)]);
    // The informer still shows the first one without its approval.
    expect(await ask({ name: 'b', node: 'n1', ...BOOTSTRAP })).toEqual([expect.stringMatching(/^NotAutoApproved NodeNameTaken: .*"a"/)]);
    await env.catchUp(requests);
    expect(await ask({ name: 'c', node: 'n1', ...BOOTSTRAP })).toEqual([expect.stringMatching(/^NotAutoApproved NodeNameTaken/)]);
    expect(await ask({ name: 'd', node: 'n1', key, ...BOOTSTRAP })).toEqual([expect.stringMatching(/^Approved/)]);
  });

  it('grants a name again when its certificate has ended', async () => {
    const ca = await createCertificateAuthority('test', { now: env.clock.now() });
    await ask({ name: 'a', node: 'n1', ...BOOTSTRAP });
    const signing = createStubEnv(certificateSigningController({ requests }, { ca, maxLifeMs: 3_600_000 }));
    signing.show(requests, await signing.client.create(requests, await env.client.get(requests, { namespace: '', name: 'a' })));
    await signing.reconcile('a', '');
    env.show(requests, await signing.client.get(requests, { namespace: '', name: 'a' }));
    expect(await ask({ name: 'b', node: 'n1', ...BOOTSTRAP })).toEqual([expect.stringMatching(/^NotAutoApproved/)]);
    await env.clock.advance(2 * 3_600_000);
    expect(await ask({ name: 'c', node: 'n1', ...BOOTSTRAP })).toEqual([expect.stringMatching(/^Approved/)]);
  });

  it('wakes what waits when a node is gone', async () => {
    const node = await env.client.create(nodes, { metadata: { name: 'n1' } });
    env.show(nodes, node);
    await ask({ name: 'a', node: 'n1', ...BOOTSTRAP });
    await env.catchUp(requests);
    env.enqueued();
    env.hide(nodes, node);
    expect(env.enqueued()).toContain('a');
    await env.reconcile('a', '');
    expect((await env.client.get(requests, { namespace: '', name: 'a' })).status?.conditions?.map(({ type }) => type)).toContain('Approved');
  });

  it.each([
    ['selfnodeclient', 'system:node:n1', 'selfnodeclient nodeclient'],
    ['nodeclient', 'somebody', 'nodeclient'],
  ])('needs the right to %s', async (_, user, tried) => {
    allowed = [];
    await expect(ask({ name: 'a', node: 'n1', user })).rejects.toThrow(`recognized csr "a" as [${tried}] but subject access review was not approved`);
  });

  it('leaves requests to other signers alone', async () => {
    const other = await nodeRequest({ name: 'a', node: 'n1', ...BOOTSTRAP });
    env.show(requests, await env.client.create(requests, { ...other, spec: { ...other.spec, signerName: 'kubernetes.io/kube-apiserver-client' } }));
    expect(env.enqueued()).toEqual([]);
  });
});
