import { describe, expect, it } from '@jest/globals';
import type { Kind } from '../../api/definition/kind.ts';
import type { Secret } from '../../api/kinds/core/secret.ts';
import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';
import { sha256Hex } from '../../base/sha256.ts';
import type { ObjectSource } from '../contract/object-source.ts';
import { aPod } from '../contract/pods.fixture.ts';
import type { CredentialSource } from './pod-credentials.ts';
import { pullCredentials } from './pull-secrets.ts';
import type { PullSecret } from './pulled-record.ts';

const secretOf = (source: CredentialSource): PullSecret => {
  if (source === 'node' || !('secret' in source)) throw new Error('from no Secret');
  return source.secret;
};

const pod = aPod({ imagePullSecrets: [{ name: 's' }] });
const used = async (registry: string, image: string): Promise<boolean> => {
  const config = JSON.stringify({ auths: { [registry]: { username: 'u', password: 'p' } } });
  const metadata = { name: 's', namespace: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
  const secret: Live<Secret> = { metadata, data: { '.dockerconfigjson': Buffer.from(config).toString('base64') } };
  const objects: ObjectSource = { get: <T extends KubeObject>() => Promise.resolve(secret as KubeObject as Live<T> | undefined) };
  return (await pullCredentials(pod, image, objects)).found.length === 1;
};

/** Finds the credentials of a pod whose Secrets hold these registries, by the name of the Secret. */
async function foundFor(image: string, held: Readonly<Record<string, Readonly<Record<string, object>>>>, names = Object.keys(held)) {
  const objects: ObjectSource = {
    get: async <T extends KubeObject>(_: Kind<T>, { name }: ObjectKey) => {
      const auths = held[name];
      if (!auths) throw new Error('forbidden');
      const metadata = { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
      const secret: Live<Secret> = { metadata, data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') } };
      return secret as KubeObject as Live<T> | undefined;
    },
  };
  return pullCredentials(aPod({ imagePullSecrets: names.map((name) => ({ name })) }), image, objects);
}

describe('the credentials of a pod', () => {
  const login = (username: string) => ({ username, password: 'p' });

  it('come from the registries with the longer names first, then in the order of the Secrets', async () => {
    const { found } = await foundFor('reg.io/team/a', {
      first: { 'reg.io': login('one'), 'other.io': login('no') },
      second: { 'https://reg.io/team': login('two') },
      third: { 'reg.io': login('three') },
    });
    expect(found.map(({ credentials, source }) => [credentials.username, secretOf(source).name, secretOf(source).uid])).toEqual([
      ['two', 'second', 'uid-second'],
      ['one', 'first', 'uid-first'],
      ['three', 'third', 'uid-third'],
    ]);
  });

  it('leave out Secrets that cannot be read, and tell their names', async () => {
    const { found, missing } = await foundFor('reg.io/a', { s: { 'reg.io': login('me') } }, ['gone', '', 's']);
    expect(found).toHaveLength(1);
    expect(missing).toEqual(['gone']);
  });

  it.each([
    [{ username: 'u', password: 'p' }, '{"username":"u","password":"p"}'],
    [{ auth: Buffer.from('u:p:q').toString('base64') }, '{"username":"u","password":"p:q"}'],
    [{ username: 'x', password: 'y', auth: Buffer.from('u:p').toString('base64') }, '{"username":"u","password":"p"}'],
    [{ username: 'u', password: '<&>', email: 'e@mail' }, '{"username":"u","password":"\\u003c\\u0026\\u003e","email":"e@mail"}'],
  ])('%j are told apart by the hash of %s', async (entry, text) => {
    const { found } = await foundFor('reg.io/a', { s: { 'reg.io': entry } });
    expect(found.map(({ source }) => secretOf(source).credentialHash)).toEqual([sha256Hex(text)]);
  });
});

describe('the entry of a registry in a pull secret', () => {
  it.each([
    ['https://index.docker.io/v1/', 'nginx'],
    ['docker.io', 'library/nginx'],
    ['registry.example.com', 'registry.example.com/a:1'],
    ['http://registry.example.com/v2/', 'registry.example.com/a:1'],
    ['registry.example.com/team', 'registry.example.com/team/a'],
    ['registry.example.com:5000', 'registry.example.com:5000/a'],
    ['*.example.com', 'registry.example.com/a'],
    ['r*y.e*.com', 'registry.example.com/a'],
    ['localhost', 'localhost/a'],
  ])('%s is for %s', async (registry, image) => expect(await used(registry, image)).toBe(true));

  it.each([
    ['registry.example.com', 'nginx'],
    ['registry.example.com', 'other.example.com/a'],
    ['registry.example.com/team', 'registry.example.com/other/a'],
    ['*.example.com', 'a.b.example.com/a'],
    ['*.example.com', 'example.com/a'],
    ['r*s*y.example.com', 'ry.example.com/a'],
    ['aab*baa.io', 'aabaa.io/a'],
    ['registry.example.com', 'registryxexample.com/a'],
  ])('%s is not for %s', async (registry, image) => expect(await used(registry, image)).toBe(false));

  it.each([`a${'/'.repeat(80_000)}b`, `${'*'.repeat(80_000)}.io`, '*a'.repeat(2000), '.'.repeat(80_000)])(
    'that no registry can have costs nothing',
    async (registry) => expect(await used(registry, 'registry.example.com/a')).toBe(false),
  );
});
