import { describe, expect, it } from '@jest/globals';
import type { Secret } from '../../api/kinds/core/secret.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import type { ObjectSource } from '../contract/object-source.ts';
import { aPod } from '../contract/pods.fixture.ts';
import { pullCredentials } from './pull-secrets.ts';

const pod = aPod({ imagePullSecrets: [{ name: 's' }] });
const used = async (registry: string, image: string): Promise<boolean> => {
  const config = JSON.stringify({ auths: { [registry]: { username: 'u', password: 'p' } } });
  const metadata = { name: 's', namespace: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
  const secret: Live<Secret> = { metadata, data: { '.dockerconfigjson': Buffer.from(config).toString('base64') } };
  const objects: ObjectSource = { get: <T extends KubeObject>() => Promise.resolve(secret as KubeObject as Live<T> | undefined) };
  return (await pullCredentials(pod, image, objects)).length === 1;
};

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
