import { X509Certificate } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CertificateSigningRequest } from '../../api/kinds/certificates/index.ts';
import { certificateSigningRequests } from '../../api/kinds/certificates/index.ts';
import { events } from '../../api/kinds/core/event.ts';
import { nodes } from '../../api/kinds/core/node/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { SELF } from '../../apiserver/compose.ts';
import { ensurePki } from '../../apiserver/pki/cluster-pki.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import type { SubjectAltNames } from '../../base/x509/certificate.ts';
import { createCertificateRequest, createPrivateKeyText } from '../../base/x509/certificate-request.ts';
import type { Client } from '../../runtime/client/client.ts';
import { createHttpsClient } from '../../runtime/client/https-client.ts';
import { createMemoryStore } from '../../store/memory.ts';
import { startControlPlane } from '../cluster/control-plane.ts';
import { eventually } from '../cluster/eventually.ts';
import { createJoinToken } from '../cluster/joining.ts';
import { layoutOf } from '../config/data-dir.ts';
import { caHashOf } from './authority.ts';
import type { JoinOptions } from './join.ts';
import { joinCluster } from './join.ts';
import type { NodeCredentials } from './node-settings.ts';

const SECRET = 'abcdefghijklmnop';
const ADDRESS = '192.0.2.50';

describe('a node that joins with a token', () => {
  let directory = '';
  let server = '';
  let caHash = '';
  let ca = '';
  let admin: Client;
  const stop = new AbortController();
  const { signal } = stop;
  let running: Promise<unknown>;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'skiff-join-'));
    const pki = await ensurePki(join(directory, 'pki'), { clock: systemClock, names: [], ips: [] });
    const controlPlane = await startControlPlane({
      store: createMemoryStore(),
      pki,
      clock: systemClock,
      log: silentLogger,
      port: 0,
      host: '127.0.0.1',
      advertiseAddress: '127.0.0.1',
      identity: 'test',
      scheduler: false,
      graceMs: 0,
    });
    running = controlPlane.run(signal);
    server = `https://127.0.0.1:${controlPlane.port}`;
    ca = pki.ca.certificate;
    caHash = caHashOf(new X509Certificate(ca).raw);
    admin = controlPlane.server.loopback(SELF);
    await createJoinToken(admin, { id: 'abcdef', secret: SECRET, expires: Date.now() + 3_600_000 }, server, ca);
  });
  afterAll(async () => {
    stop.abort();
    await running;
    await removeDirectory(directory);
  });

  const asToken = () => createHttpsClient({ server, ca, token: `abcdef.${SECRET}` });
  const joined = (data: string, nodeName: string, more: Partial<JoinOptions> = {}): Promise<NodeCredentials> =>
    joinCluster({
      server,
      token: `abcdef.${SECRET}`,
      caHash,
      layout: layoutOf(join(directory, data)),
      nodeName,
      ips: [ADDRESS],
      log: silentLogger,
      signal,
      ...more,
    });
  const register = (client: Client, name: string) =>
    client.create(nodes, { metadata: { name }, status: { addresses: [{ type: 'InternalIP', address: ADDRESS }] } });
  const held = ({ status }: Live<CertificateSigningRequest>) => status?.conditions?.find(({ type }) => type === 'NotAutoApproved')?.reason;

  it('gets a client certificate of its name, and once it is registered a serving one for its name and address', async () => {
    const credentials = await joined('a', 'first');
    const { cert = '' } = credentials.client.identity?.() ?? {};
    expect(new X509Certificate(cert).subject.split('\n').sort()).toEqual(['CN=system:node:first', 'O=system:nodes']);
    const own = new X509Certificate(credentials.serving.current()?.cert ?? '');
    expect(own.issuer).toMatch(/^CN=first-ca@\d+$/);
    await register(createHttpsClient(credentials.client), 'first');
    const ended = new AbortController();
    const renewing = credentials.run(ended.signal);
    const serving = await eventually(() => {
      const current = new X509Certificate(credentials.serving.current()?.cert ?? '');
      if (current.issuer === own.issuer) throw new Error('the cluster has issued no serving certificate yet');
      return current;
    });
    expect(serving.subjectAltName).toBe(`DNS:first, IP Address:${ADDRESS}`);
    expect(serving.verify(new X509Certificate(ca).publicKey)).toBe(true);
    ended.abort();
    await renewing;
  });

  it('needs no token when it starts again', async () => {
    await joined('c', 'third');
    const again = joinCluster({
      server,
      token: undefined,
      caHash: undefined,
      layout: layoutOf(join(directory, 'c')),
      nodeName: 'third',
      ips: [ADDRESS],
      log: silentLogger,
      signal,
    });
    expect((await again).client.identity?.().cert).toContain('-----BEGIN CERTIFICATE-----');
  });

  it('joins with a bootstrap kubeconfig, too', async () => {
    const bootstrap = { server, ca, token: `abcdef.${SECRET}` };
    const credentials = await joined('e', 'bootstrapped', { token: undefined, caHash: undefined, bootstrap });
    expect(new X509Certificate(credentials.client.identity?.().cert ?? '').subject).toContain('CN=system:node:bootstrapped');
  });

  it('acts under credentials that it is given, and requests none for those', async () => {
    const before = (await admin.list(certificateSigningRequests)).items.length;
    const own = { server, ca, token: 'of-the-node' };
    const proxy = { server, ca, token: 'of-the-proxy' };
    const credentials = await joined('f', 'given', { token: undefined, caHash: undefined, own, proxy });
    expect([credentials.client.token, credentials.proxy.token]).toEqual(['of-the-node', 'of-the-proxy']);
    expect((await admin.list(certificateSigningRequests)).items).toHaveLength(before);
  });

  it('waits for an administrator if its name is taken, and joins once one approves', async () => {
    await register(admin, 'taken');
    const joining = joined('b', 'taken');
    const request = await eventually(async () => {
      const { items } = await admin.list(certificateSigningRequests);
      const found = items.find((each) => held(each) === 'NodeExists');
      if (!found) throw new Error('no request is held yet');
      return found;
    });
    expect(request.spec.username).toBe('system:bootstrap:abcdef');
    await eventually(async () => {
      const { items } = await admin.list(events);
      expect(items.filter(({ reason, involvedObject }) => reason === 'NodeExists' && involvedObject.name === request.metadata.name)).toHaveLength(1);
    });
    const approved = { type: 'Approved', status: 'True', reason: 'Kubectl', message: 'by hand' };
    const next = { ...request, status: { ...request.status, conditions: [...(request.status?.conditions ?? []), approved] } };
    await admin.update(certificateSigningRequests, next, { subresource: 'approval' });
    expect((await joining).client.identity?.().cert).toContain('-----BEGIN CERTIFICATE-----');
  });

  it.each([
    ['of another cluster', { caHash: `sha256:${'0'.repeat(64)}` }, /is not the cluster of --ca-hash/],
    ['with an unknown token', { token: 'aaaaaa.aaaaaaaaaaaaaaaa' }, /the token is unknown or has expired/],
  ])('is refused by a server %s', async (_, more, text) => {
    await expect(joined('x', 'other', more)).rejects.toThrow(text);
  });

  describe('gets no certificate', () => {
    async function ask(client: Client, name: string, node: string, serving?: SubjectAltNames) {
      const subject = { commonName: `system:node:${node}`, organizations: ['system:nodes'] };
      const request = await createCertificateRequest(await createPrivateKeyText(), subject, serving);
      await client.create(certificateSigningRequests, {
        metadata: { name },
        spec: {
          request: Buffer.from(request).toString('base64'),
          signerName: serving ? 'kubernetes.io/kubelet-serving' : 'kubernetes.io/kube-apiserver-client-kubelet',
          usages: ['digital signature', serving ? 'server auth' : 'client auth'],
        },
      });
      return eventually(async () => {
        const state = await admin.get(certificateSigningRequests, { namespace: '', name });
        const reason = held(state);
        if (reason === undefined) throw new Error(`${name} is not decided yet`);
        expect(state.status?.certificate).toBeUndefined();
        return reason;
      });
    }

    it.each([
      ['kubernetes.default.svc', 'NodeNameReserved'],
      ['10.96.0.1', 'NodeNameReserved'],
      ['exists', 'NodeExists'],
    ])('for the name %s by a token', async (node, reason) => {
      if (node === 'exists') await register(admin, node);
      expect(await ask(asToken(), `client-${node}`, node)).toBe(reason);
    });

    it('for the API server’s name and address, another node, or the service range by its own identity', async () => {
      await admin.create(nodes, { metadata: { name: 'victim' }, status: { addresses: [{ type: 'InternalIP', address: '192.0.2.60' }] } });
      const credentials = await joined('d', 'rogue');
      const rogue = createHttpsClient(credentials.client);
      await register(rogue, 'rogue');
      expect(await ask(rogue, 'r1', 'rogue', { names: ['kubernetes.default.svc'], ips: [] })).toBe('NameOfCluster');
      expect(await ask(rogue, 'r2', 'rogue', { names: ['rogue'], ips: ['10.96.0.1'] })).toBe('NameOfCluster');
      expect(await ask(rogue, 'r3', 'rogue', { names: ['victim'], ips: [] })).toBe('NameOfOtherNode');
      expect(await ask(rogue, 'r4', 'rogue', { names: ['rogue'], ips: ['192.0.2.60'] })).toBe('NameOfOtherNode');
      expect(await ask(rogue, 'r5', 'rogue', { names: ['rogue.elsewhere'], ips: [] })).toBe('NameNotOwn');
    });
  });
});
