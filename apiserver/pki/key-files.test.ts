import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../base/clock.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import type { ClusterPki } from './cluster-pki.ts';
import { ensurePki } from './cluster-pki.ts';

const options = { names: [], ips: [], clock: systemClock };
const otherKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const edwards = () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

describe('key files at the start of a server', () => {
  let dir = '';
  let first: ClusterPki;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'skiff-pki-'));
    first = await ensurePki(dir, options);
  });
  afterEach(() => removeDirectory(dir));

  type Damage = 'missing' | 'empty' | 'damaged' | 'another key' | 'wrong type';
  const damage = async (file: string, how: Damage) => {
    const path = join(dir, file);
    if (how === 'missing') return rm(path);
    const text =
      how === 'empty' ? '' : how === 'another key' ? otherKey() : how === 'wrong type' ? edwards() : (await readFile(path, 'utf8')).slice(0, 90);
    return writeFile(path, text);
  };

  it.each<[string, Damage, RegExp]>([
    ['ca.key', 'missing', /ca\.key is missing, but certificates of its authority are in use: restore it from a backup/],
    ['ca.crt', 'missing', /ca\.crt is missing, but certificates of its authority are in use: restore it from a backup/],
    ['ca.crt', 'empty', /ca\.crt is empty: restore it/],
    ['ca.crt', 'damaged', /ca\.crt is damaged: it holds no certificate in PEM: restore it/],
    ['ca.key', 'empty', /ca\.key is empty: restore it/],
    ['ca.key', 'damaged', /ca\.key is damaged: it holds no private key in PEM: restore it/],
    ['ca.key', 'another key', /ca\.key is not the key of .*ca\.crt: restore it/],
    ['sa.key', 'missing', /sa\.key is missing, but its public half is there: restore it/],
    ['sa.key', 'empty', /sa\.key is empty: restore it/],
    ['sa.key', 'damaged', /sa\.key is damaged: it holds no private key in PEM: restore it/],
    ['sa.key', 'wrong type', /sa\.key holds no key that signs tokens/],
    ['apiserver.crt', 'empty', /apiserver\.crt is empty: delete .*apiserver\.crt and \.key: they are made anew/],
    ['apiserver.crt', 'damaged', /apiserver\.crt is damaged/],
    ['apiserver.key', 'empty', /apiserver\.key is empty/],
    ['apiserver.key', 'damaged', /apiserver\.key is damaged/],
    ['apiserver.key', 'another key', /apiserver\.key is not the key of .*apiserver\.crt/],
    ['admin.key', 'damaged', /admin\.key is damaged/],
    ['admin.crt', 'damaged', /admin\.crt is damaged/],
    ['admin.key', 'empty', /admin\.key is empty/],
    ['apiserver-kubelet-client.crt', 'empty', /apiserver-kubelet-client\.crt is empty/],
  ])('%s %s: an error that names file and remedy, and nothing is replaced', async (file, how, text) => {
    await damage(file, how);
    await expect(ensurePki(dir, options)).rejects.toThrow(text);
    await expect(ensurePki(dir, options)).rejects.toThrow(text);
  });

  it('both halves of the authority missing are no first start while its certificates are there', async () => {
    await Promise.all(['ca.crt', 'ca.key'].map((file) => rm(join(dir, file))));
    await expect(ensurePki(dir, options)).rejects.toThrow(/ca\.crt is missing/);
  });

  it.each(['apiserver.crt', 'apiserver.key', 'admin.crt', 'admin.key', 'sa.pub'])(
    '%s missing is made again under the same authority',
    async (file) => {
      await rm(join(dir, file));
      const pki = await ensurePki(dir, options);
      expect([pki.ca, pki.serviceAccountKey]).toEqual([first.ca, first.serviceAccountKey]);
      expect(await readFile(join(dir, file), 'utf8')).toContain('-----BEGIN');
    },
  );

  it('the key alone that an interrupted first start has left is replaced', async () => {
    const fresh = await mkdtemp(join(tmpdir(), 'skiff-pki-'));
    await writeFile(join(fresh, 'ca.key'), otherKey());
    expect((await ensurePki(fresh, options)).ca.certificate).toContain('-----BEGIN CERTIFICATE-----');
    await removeDirectory(fresh);
  });

  it('an authority that has expired is said so', async () => {
    const clock = { ...systemClock, now: () => Date.now() + 3_651 * 86_400_000 };
    await expect(ensurePki(dir, { ...options, clock })).rejects.toThrow(/ca\.crt expired on .*: replace it/);
  });
});
