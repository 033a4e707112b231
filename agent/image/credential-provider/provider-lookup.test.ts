import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { silentLogger } from '../../../base/log.ts';
import { aPod } from '../../contract/pods.fixture.ts';
import { createProviderLookup } from './provider-lookup.ts';
import type { ProviderRequest, ProviderResponse } from './provider-program.ts';
import type { CredentialProvider, TokenAttributes } from './provider-settings.ts';

const TOKEN: TokenAttributes = {
  audience: 'reg',
  cacheType: 'ServiceAccount',
  requiresAccount: true,
  requiredAnnotations: [],
  optionalAnnotations: [],
};
const provider = (more: Partial<CredentialProvider> = {}): CredentialProvider => ({
  name: 'p',
  matchImages: ['*.reg.io'],
  defaultCacheMs: 60_000,
  apiVersion: 'credentialprovider.kubelet.k8s.io/v1',
  args: [],
  env: {},
  token: undefined,
  ...more,
});
const login = { username: 'u', password: 'p' };
const podOf = (name: string, serviceAccountName?: string) =>
  aPod({ ...(serviceAccountName === undefined ? {} : { serviceAccountName }) }, { name, uid: `uid-${name}` });

/** A lookup whose programs answer with `response`; `accounts` have annotations. */
function start(
  providers: readonly CredentialProvider[],
  response: Partial<ProviderResponse> | ((request: ProviderRequest) => Partial<ProviderResponse>) = {},
  accounts: Readonly<Record<string, Readonly<Record<string, string>>>> = { robot: {} },
) {
  const clock = createFakeClock();
  const asked: ProviderRequest[] = [];
  const lookup = createProviderLookup({
    providers,
    async ask(_, request) {
      asked.push(request);
      const given = typeof response === 'function' ? response(request) : response;
      return { cacheKeyType: 'Image', cacheMs: undefined, auth: { '*.reg.io': login }, ...given };
    },
    async account({ namespace, name }) {
      const annotations = accounts[name];
      if (!annotations) throw new Error(`serviceaccounts "${name}" not found`);
      return { metadata: { name, namespace, uid: `uid-${name}`, annotations, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' } };
    },
    token: async (pod, audience) => `${audience} for ${pod.metadata.name}`,
    clock,
    log: silentLogger,
  });
  const sources = async (pod: ReturnType<typeof podOf>, image: string) => (await lookup(pod, image)).map(({ source }) => source);
  return { clock, asked, lookup, sources };
}

const pod = podOf('a');

describe('credentials of a provider', () => {
  it('are asked for with the whole repository, and are for all pods', async () => {
    const { lookup, asked } = start([provider()]);
    expect(await lookup(pod, 'eu.reg.io/team/web:1@sha256:abc')).toEqual([{ registry: '*.reg.io', credentials: login, source: 'node' }]);
    expect(asked).toEqual([{ image: 'eu.reg.io/team/web' }]);
    expect(await lookup(pod, 'other.io/web')).toEqual([]);
    expect(await start([provider({ matchImages: ['docker.io'] })], { auth: { 'docker.io': login } }).lookup(pod, 'nginx')).toHaveLength(1);
    expect(asked).toHaveLength(1);
  });

  it.each<[ProviderResponse['cacheKeyType'], number]>([
    ['Image', 3],
    ['Registry', 2],
    ['Global', 1],
  ])('are kept by %s', async (cacheKeyType, times) => {
    const { lookup, asked } = start([provider()], { cacheKeyType });
    for (const image of ['eu.reg.io/a:1', 'eu.reg.io/a:2', 'eu.reg.io/b', 'us.reg.io/a']) expect(await lookup(pod, image)).toHaveLength(1);
    expect(asked).toHaveLength(times);
  });

  it.each<[string, number | undefined, number, number]>([
    ['as long as the program says', 10_000, 60_000, 10_000],
    ['otherwise as long as the configuration says', undefined, 60_000, 60_000],
    ['not at all if the program says so', 0, 60_000, 0],
    ['not at all if the configuration says so', undefined, 0, 0],
  ])('are kept %s', async (_, cacheMs, defaultCacheMs, keptMs) => {
    const { clock, lookup, asked } = start([provider({ defaultCacheMs })], { cacheMs });
    await lookup(pod, 'eu.reg.io/a');
    await lookup(pod, 'eu.reg.io/a');
    expect(asked).toHaveLength(keptMs > 0 ? 1 : 2);
    await clock.advance(keptMs);
    await lookup(pod, 'eu.reg.io/a');
    expect(asked).toHaveLength(keptMs > 0 ? 2 : 3);
  });

  it('are asked for once by pods that come together', async () => {
    const { lookup, asked } = start([provider()], { cacheMs: 0 });
    await Promise.all([lookup(pod, 'eu.reg.io/a'), lookup(podOf('b'), 'eu.reg.io/a')]);
    expect(asked).toHaveLength(1);
  });

  it('are left out if the program fails', async () => {
    const { lookup } = start([provider({ name: 'broken' })], () => {
      throw new Error('exit status 1');
    });
    expect(await lookup(pod, 'eu.reg.io/a')).toEqual([]);
  });

  it('come from all providers for the image, the longer names of registries first', async () => {
    const { lookup } = start([provider({ name: 'a' }), provider({ name: 'b' })], { auth: { '*.reg.io': login, 'eu.reg.io/team': login } });
    expect((await lookup(pod, 'eu.reg.io/team/a')).map((each) => 'registry' in each && each.registry)).toEqual([
      'eu.reg.io/team',
      'eu.reg.io/team',
      '*.reg.io',
      '*.reg.io',
    ]);
  });
});

describe("credentials of a provider that is given service accounts' tokens", () => {
  const withToken = (more: Partial<TokenAttributes> = {}) => [provider({ token: { ...TOKEN, ...more } })];

  it('are for the pods of the account', async () => {
    const { sources, asked } = start(withToken());
    const serviceAccount = { uid: 'uid-robot', namespace: 'default', name: 'robot' };
    expect(await sources(podOf('a', 'robot'), 'eu.reg.io/a')).toEqual([{ serviceAccount }]);
    expect(asked).toEqual([{ image: 'eu.reg.io/a', serviceAccountToken: 'reg for a' }]);
  });

  it.each<[TokenAttributes['cacheType'], number]>([
    ['ServiceAccount', 2],
    ['Token', 3],
  ])('are kept by %s', async (cacheType, times) => {
    const { sources, asked } = start(withToken({ cacheType }), {}, { robot: {}, other: {} });
    for (const each of [podOf('a', 'robot'), podOf('b', 'robot'), podOf('a', 'robot'), podOf('c', 'other')]) await sources(each, 'eu.reg.io/a');
    expect(asked).toHaveLength(times);
  });

  it('are asked for with the annotations that the configuration names, and not without one that it requires', async () => {
    const attributes = { requiredAnnotations: ['need'], optionalAnnotations: ['may', 'absent'] };
    const accounts = { full: { need: 'n', may: 'm', more: 'x' }, poor: { may: 'm' } };
    const { sources, asked } = start(withToken(attributes), {}, accounts);
    expect(await sources(podOf('a', 'full'), 'eu.reg.io/a')).toHaveLength(1);
    expect(await sources(podOf('b', 'poor'), 'eu.reg.io/a')).toEqual([]);
    expect(asked.map(({ serviceAccountAnnotations }) => serviceAccountAnnotations)).toEqual([{ need: 'n', may: 'm' }]);
  });

  it('are asked for without a token for a pod that has no account, if the configuration allows that', async () => {
    expect(await start(withToken()).sources(pod, 'eu.reg.io/a')).toEqual([]);
    const { sources, asked } = start(withToken({ requiresAccount: false }));
    expect(await sources(pod, 'eu.reg.io/a')).toEqual(['node']);
    expect(asked).toEqual([{ image: 'eu.reg.io/a' }]);
  });

  it('are left out if there is no such account', async () => {
    expect(await start(withToken()).sources(podOf('a', 'gone'), 'eu.reg.io/a')).toEqual([]);
  });

  it('are not the token itself, unless they are kept for the token alone', async () => {
    const echo = ({ serviceAccountToken = '' }: ProviderRequest) => ({ auth: { '*.reg.io': { username: 'u', password: serviceAccountToken } } });
    expect(await start(withToken(), echo).sources(podOf('a', 'robot'), 'eu.reg.io/a')).toEqual([]);
    expect(await start(withToken({ cacheType: 'Token' }), echo).sources(podOf('a', 'robot'), 'eu.reg.io/a')).toHaveLength(1);
  });
});
