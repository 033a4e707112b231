import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../base/clock.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { ensureNodePki, ensurePki } from './cluster-pki.ts';

describe('the cluster’s keys', () => {
  let dir = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'skiff-pki-'));
  });
  afterEach(() => removeDirectory(dir));
  const options = { names: ['box'], ips: ['192.0.2.7'], clock: systemClock };

  it('serve every name the API server is known by, from files only the owner may read', async () => {
    const pki = await ensurePki(dir, options);
    const serving = new X509Certificate(pki.serving.certificate);
    for (const name of ['localhost', 'kubernetes', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local', 'box']) {
      expect(serving.checkHost(name)).toBe(name);
    }
    for (const ip of ['127.0.0.1', '::1', '10.96.0.1', '192.0.2.7']) expect(serving.checkIP(ip)).toBe(ip);
    for (const file of await readdir(dir)) expect((await stat(join(dir, file))).mode & 0o777).toBe(0o600);
  });

  it('name the administrator as a member of system:masters', async () => {
    const pki = await ensurePki(dir, options);
    expect(new X509Certificate(pki.admin.certificate).subject.split('\n').sort()).toEqual(['CN=kubernetes-admin', 'O=system:masters']);
  });

  it('stay as they are at the second start', async () => {
    const first = await ensurePki(dir, options);
    expect(await ensurePki(dir, options)).toEqual(first);
  });

  it('are renewed under the same authority before they end, and when a name is added', async () => {
    const first = await ensurePki(dir, options);
    const later = await ensurePki(dir, { ...options, clock: { ...systemClock, now: () => Date.now() + 340 * 86_400_000 } });
    expect(later.ca).toEqual(first.ca);
    expect(later.admin.certificate).not.toBe(first.admin.certificate);
    const renamed = await ensurePki(dir, { ...options, names: ['other'] });
    expect(new X509Certificate(renamed.serving.certificate).checkHost('other')).toBe('other');
    expect(await readFile(join(dir, 'apiserver.crt'), 'utf8')).toBe(renamed.serving.certificate);
  });

  it('carry a mutual TLS handshake', async () => {
    const pki = await ensurePki(dir, options);
    const node = await ensureNodePki(dir, pki.ca, 'n1', { names: ['n1'], ips: ['127.0.0.1'] }, { clock: systemClock });
    const server = createServer({ cert: node.serving.certificate, key: node.serving.key, ca: pki.ca.certificate, requestCert: true }, (socket) => {
      socket.end(String(socket.getPeerCertificate().subject.CN));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const socket = connect({ host: '127.0.0.1', port, ca: pki.ca.certificate, cert: pki.kubeletClient.certificate, key: pki.kubeletClient.key });
    const [data] = await once(socket, 'data');
    expect(String(data)).toBe('kube-apiserver-kubelet-client');
    socket.destroy();
    server.close();
  });
});
