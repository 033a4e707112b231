import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readCredentialProviders } from './credential-provider-config.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'skiff-providers-'));
  for (const name of ['p', 'q']) writeFileSync(join(base, name), '#!/bin/sh\n', { mode: 0o700 });
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const V1 = 'credentialprovider.kubelet.k8s.io/v1';
const PROVIDER = { name: 'p', matchImages: ['*.reg.io:5000/team'], defaultCacheDuration: '12h', apiVersion: V1 };
const TOKEN = { serviceAccountTokenAudience: 'reg', cacheType: 'Token', requireServiceAccount: true };
const configOf = (...providers: object[]) => ({ apiVersion: 'kubelet.config.k8s.io/v1', kind: 'CredentialProviderConfig', providers });

function read(value: unknown, file = 'config.yaml') {
  const path = join(base, file);
  writeFileSync(path, JSON.stringify(value));
  return readCredentialProviders({ 'image-credential-provider-config': path, 'image-credential-provider-bin-dir': base });
}

describe('a CredentialProviderConfig', () => {
  it('describes programs, what they are asked for, and how long that is kept', async () => {
    const tokenAttributes = { ...TOKEN, requiredServiceAccountAnnotationKeys: ['reg.io/role'] };
    const { providers, directory, hash } = await read(
      configOf(
        { ...PROVIDER, args: ['get'], env: [{ name: 'A', value: 'b' }] },
        { ...PROVIDER, name: 'q', defaultCacheDuration: '0s', tokenAttributes },
      ),
    );
    const common = { matchImages: ['*.reg.io:5000/team'], apiVersion: V1 };
    expect(providers).toEqual([
      { ...common, name: 'p', defaultCacheMs: 12 * 3600_000, args: ['get'], env: { A: 'b' }, token: undefined },
      {
        ...common,
        name: 'q',
        defaultCacheMs: 0,
        args: [],
        env: {},
        token: { audience: 'reg', cacheType: 'Token', requiresAccount: true, requiredAnnotations: ['reg.io/role'], optionalAnnotations: [] },
      },
    ]);
    expect(directory).toBe(base);
    expect(hash).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('may be the files of a directory, in the order of their names', async () => {
    const path = join(base, 'd');
    mkdirSync(path);
    writeFileSync(join(path, 'b.json'), JSON.stringify(configOf(PROVIDER)));
    writeFileSync(join(path, 'a.yml'), JSON.stringify(configOf({ ...PROVIDER, name: 'q' })));
    writeFileSync(join(path, 'notes.txt'), 'no configuration');
    const read = () => readCredentialProviders({ 'image-credential-provider-config': path, 'image-credential-provider-bin-dir': base });
    expect((await read()).providers.map(({ name }) => name)).toEqual(['q', 'p']);
    writeFileSync(join(path, 'c.yaml'), JSON.stringify(configOf(PROVIDER)));
    await expect(read()).rejects.toThrow('duplicate provider name "p"');
  });

  it.each<[object, string]>([
    [{ name: 'a/b' }, `providers[0].name: Invalid value: "a/b": provider name cannot contain '/'`],
    [{ name: '..' }, `providers[0].name: Invalid value: "..": provider name cannot be '..'`],
    [{ matchImages: [] }, 'providers[0].matchImages: Required value: at least 1 item in matchImages is required'],
    [{ matchImages: ['reg.io:port/a'] }, 'providers[0].matchImages[0]: Invalid value: "reg.io:port/a": match image is invalid'],
    [{ defaultCacheDuration: undefined }, 'providers[0].defaultCacheDuration: Required value'],
    [{ defaultCacheDuration: '-1s' }, 'providers[0].defaultCacheDuration: Invalid value: "-1s": must be greater than or equal to 0'],
    [{ apiVersion: 'v1' }, `providers[0].apiVersion: Unsupported value: "v1": supported values: "${V1}", "${V1}alpha1", "${V1}beta1"`],
    [{ image: 'x' }, 'image'],
    [{ tokenAttributes: { ...TOKEN, cacheType: undefined } }, 'providers[0].tokenAttributes.cacheType: Required value: cacheType is required'],
    [{ tokenAttributes: { ...TOKEN, serviceAccountTokenAudience: '' } }, 'providers[0].tokenAttributes.serviceAccountTokenAudience: Required value'],
    [{ apiVersion: `${V1}beta1`, tokenAttributes: TOKEN }, `Forbidden: tokenAttributes is only supported for ${V1} API version`],
    [
      { tokenAttributes: { ...TOKEN, requireServiceAccount: false, requiredServiceAccountAnnotationKeys: ['a'] } },
      'Forbidden: requireServiceAccount cannot be false when requiredServiceAccountAnnotationKeys is set',
    ],
    [
      { tokenAttributes: { ...TOKEN, requiredServiceAccountAnnotationKeys: ['a'], optionalServiceAccountAnnotationKeys: ['a'] } },
      'annotation keys cannot be both required and optional',
    ],
    [{ name: '' }, 'is no file'],
    [{ name: 'gone' }, 'the program of the provider gone cannot be run: ENOENT'],
  ])('with %j is refused: %s', async (fault, message) => {
    await expect(read(configOf({ ...PROVIDER, ...fault }))).rejects.toThrow(message);
  });

  it('is refused if it is none, or has no provider', async () => {
    await expect(read(configOf())).rejects.toThrow('config.yaml: providers: Required value: at least 1 item in plugins is required');
    await expect(read({ ...configOf(PROVIDER), kind: 'Other' })).rejects.toThrow('kind');
  });

  it('needs the directory of the programs, which needs it', async () => {
    await expect(readCredentialProviders({ 'image-credential-provider-config': '/c' })).rejects.toThrow('needs --image-credential-provider-bin-dir');
    await expect(readCredentialProviders({ 'image-credential-provider-bin-dir': '/b' })).rejects.toThrow('needs --image-credential-provider-config');
  });
});
