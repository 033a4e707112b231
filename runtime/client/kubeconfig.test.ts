import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { kubeconfigCredentials } from './kubeconfig.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
});
afterAll(() => removeDirectory(folder));

const base64 = (text: string) => Buffer.from(text).toString('base64');
const write = async (text: string) => {
  const path = join(folder, 'config');
  await writeFile(path, text);
  return path;
};

const config = () => `
apiVersion: v1
kind: Config
current-context: one
clusters:
- name: c1
  cluster: {server: "https://one:6443/", certificate-authority-data: ${base64('CA')}}
- name: c2
  cluster: {server: "https://two/k8s", certificate-authority: ca.pem, tls-server-name: inner}
users:
- name: cert
  user: {client-certificate-data: ${base64('CERT')}, client-key-data: ${base64('KEY')}}
- name: token
  user: {token: t0k3n}
contexts:
- name: one
  context: {cluster: c1, user: cert, namespace: team}
- name: two
  context: {cluster: c2, user: token}
- name: broken
  context: {cluster: nowhere, user: token}
`;

describe('a kubeconfig', () => {
  it('gives the current context’s credentials, decoded', async () => {
    expect(await kubeconfigCredentials(await write(config()))).toMatchObject({
      server: 'https://one:6443',
      ca: 'CA',
      cert: 'CERT',
      key: 'KEY',
      namespace: 'team',
    });
  });

  it('gives a named context’s credentials, with files found beside it', async () => {
    await writeFile(join(folder, 'ca.pem'), 'FILE CA');
    expect(await kubeconfigCredentials(await write(config()), 'two')).toMatchObject({
      server: 'https://two/k8s',
      ca: 'FILE CA',
      serverName: 'inner',
      token: 't0k3n',
    });
  });

  it('names what is missing', async () => {
    const path = await write(config());
    await expect(kubeconfigCredentials(path, 'three')).rejects.toThrow('has no context "three"');
    await expect(kubeconfigCredentials(path, 'broken')).rejects.toThrow('has no cluster "nowhere"');
  });
});
