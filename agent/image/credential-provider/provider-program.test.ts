import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { askProvider } from './provider-program.ts';
import type { CredentialProvider } from './provider-settings.ts';

const V1 = 'credentialprovider.kubelet.k8s.io/v1';
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'skiff-provider-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const ask = (script: string, more: Partial<CredentialProvider> = {}) => {
  writeFileSync(join(directory, 'p'), `#!/bin/sh\n${script}\n`, { mode: 0o700 });
  const provider = { name: 'p', matchImages: [], defaultCacheMs: 0, apiVersion: V1, args: [], env: {}, token: undefined, ...more };
  return askProvider(provider, directory, { image: 'reg.io/a', serviceAccountToken: 't', serviceAccountAnnotations: { a: 'b' } });
};
const answering = (value: object) =>
  `cat > /dev/null; cat <<'END'\n${JSON.stringify({ kind: 'CredentialProviderResponse', apiVersion: V1, ...value })}\nEND`;

describe('the program of a credential provider', () => {
  it('reads a request and answers with credentials', async () => {
    const auth = { 'reg.io': { username: 'u', password: 'p' } };
    const script = `cat > "$DIR/request"; echo "$@" > "$DIR/arguments"; ${answering({ cacheKeyType: 'Registry', cacheDuration: '6h', auth })}`;
    expect(await ask(script, { args: ['get', '--fast'], env: { DIR: directory } })).toEqual({
      cacheKeyType: 'Registry',
      cacheMs: 6 * 3600_000,
      auth,
    });
    expect(JSON.parse(readFileSync(join(directory, 'request'), 'utf8'))).toEqual({
      kind: 'CredentialProviderRequest',
      apiVersion: V1,
      image: 'reg.io/a',
      serviceAccountToken: 't',
      serviceAccountAnnotations: { a: 'b' },
    });
    expect(readFileSync(join(directory, 'arguments'), 'utf8')).toBe('get --fast\n');
  });

  it('may leave out how long, and credentials', async () => {
    expect(await ask(answering({ cacheKeyType: 'Global' }))).toEqual({ cacheKeyType: 'Global', cacheMs: undefined, auth: {} });
    expect(await ask(answering({ cacheKeyType: 'Image', cacheDuration: '0s', auth: null }))).toEqual({ cacheKeyType: 'Image', cacheMs: 0, auth: {} });
  });

  it.each([
    ['ends with a code', 'echo no network >&2; exit 3', 'error execing credential provider plugin p for image reg.io/a: exit status 3: no network\n'],
    ['answers in another version', answering({ apiVersion: 'v2' }), `did not match expected apiVersion:${V1}, actual apiVersion:v2`],
    ['answers with no JSON', 'echo secret', 'error decoding credential provider plugin response from stdout'],
    ['answers with another kind', answering({ kind: 'Other', cacheKeyType: 'Image' }), 'error decoding credential provider'],
    ['answers with a time that is none', answering({ cacheKeyType: 'Image', cacheDuration: 'long' }), 'error decoding credential provider'],
    [
      'answers with credentials that are none',
      answering({ cacheKeyType: 'Image', auth: { 'reg.io': 'secret' } }),
      'error decoding credential provider',
    ],
    ['does not say what for', answering({ cacheKeyType: 'Registries' }), 'did not return a valid cacheKeyType: Registries'],
  ])('fails if it %s', async (_, script, message) => {
    const failure = await ask(script).catch((error: unknown) => error);
    expect(String(failure)).toContain(message);
    expect(String(failure)).not.toContain('secret');
  });

  it('fails if it cannot be run', async () => {
    const provider = { name: 'gone', matchImages: [], defaultCacheMs: 0, apiVersion: V1, args: [], env: {}, token: undefined };
    await expect(askProvider(provider, directory, { image: 'reg.io/a' })).rejects.toThrow(
      'error execing credential provider plugin gone for image reg.io/a',
    );
  });
});
