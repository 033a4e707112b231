import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { ServiceAccount } from '../../../api/kinds/core/service-account.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import { sha256Hex } from '../../../base/sha256.ts';
import { createSharedRuns } from '../../../base/shared-runs.ts';
import { parseImageName } from '../../containerd/image-name.ts';
import type { CredentialLookup, TrackedCredentials } from '../pod-credentials.ts';
import type { Coordinates } from '../pulled-record.ts';
import { byRegistry, entriesFor, matchesRepository } from '../registry-credentials.ts';
import type { ProviderRequest, ProviderResponse } from './provider-program.ts';
import type { CredentialProvider, TokenAttributes } from './provider-settings.ts';

export interface ProviderLookupOptions {
  readonly providers: readonly CredentialProvider[];
  readonly ask: (provider: CredentialProvider, request: ProviderRequest) => Promise<ProviderResponse>;
  readonly account: (key: { readonly namespace: string; readonly name: string }) => Promise<Live<ServiceAccount>>;
  /** Issues a token of the pod's service account, which must have this UID, bound to the pod. */
  readonly token: (pod: Live<Pod>, audience: string, accountUid: string) => Promise<string>;
  readonly clock: Clock;
  readonly log: Logger;
}

type Auth = ProviderResponse['auth'];

interface Kept {
  readonly auth: Auth;
  readonly until: number;
}

/** The service account that a provider is asked for. */
interface Identity {
  readonly account: Coordinates;
  readonly token: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const GLOBAL = '<global>';
/** Credentials that nobody asks for again are dropped once in so long. */
const PURGE_MS = 15 * 60_000;

/**
 * Finds credentials by asking programs, as kubelet's credential provider plugins do (pkg/credentialprovider/plugin/plugin.go). What a program
 * answers is kept for its image, its registry or all images, and apart for each service account, or token, that it was given. A program that
 * fails is logged; the image is then pulled without its credentials.
 */
export function createProviderLookup(options: ProviderLookupOptions): CredentialLookup {
  const lookups = options.providers.map((provider) => lookupOf(provider, options));
  return async (pod, reference) => {
    const { domain, path } = parseImageName(reference);
    return (await Promise.all(lookups.map((lookup) => lookup(pod, `${domain}/${path}`)))).flat().sort(byRegistry);
  };
}

type Found = TrackedCredentials & { readonly registry: string };

function lookupOf(provider: CredentialProvider, options: ProviderLookupOptions): (pod: Live<Pod>, repository: string) => Promise<readonly Found[]> {
  const { ask, clock, log } = options;
  const kept = new Map<string, Kept>();
  const share = createSharedRuns<ProviderResponse>();
  let purgedAt = clock.now();

  function purge(): void {
    const now = clock.now();
    if (now - purgedAt < PURGE_MS) return;
    purgedAt = now;
    for (const [key, { until }] of kept) if (until <= now) kept.delete(key);
  }

  /** Requests for the same at the same time share one run of the program. */
  const askOnce = (request: ProviderRequest): Promise<ProviderResponse> => share(JSON.stringify(request), () => ask(provider, request));

  async function provide(repository: string, identity: Identity | undefined): Promise<Auth> {
    const whose = identityKey(identity, provider.token);
    const keyOf = (base: string) => JSON.stringify([base, whose]);
    purge();
    const registry = repository.slice(0, repository.indexOf('/'));
    for (const base of [repository, registry, GLOBAL]) {
      const found = kept.get(keyOf(base));
      if (found && found.until > clock.now()) return found.auth;
    }
    const { cacheKeyType, cacheMs = provider.defaultCacheMs, auth } = await askOnce(requestFor(repository, identity));
    if (identity && provider.token?.cacheType !== 'Token' && Object.values(auth).some(({ password }) => password === identity.token)) {
      throw new Error(
        "credential provider plugin returned the service account token as the password which is not allowed when service account cache type is not set to 'Token'",
      );
    }
    const base = { Image: repository, Registry: registry, Global: GLOBAL }[cacheKeyType];
    if (cacheMs > 0) kept.set(keyOf(base), { auth, until: clock.now() + cacheMs });
    return auth;
  }

  return async (pod, repository) => {
    if (!provider.matchImages.some((pattern) => matchesRepository(pattern, repository))) return [];
    try {
      const identity = await identityOf(pod, provider.token, options);
      if (identity === 'not for it') return [];
      const auth = await provide(repository, identity);
      const source = identity ? { serviceAccount: identity.account } : 'node';
      return entriesFor(auth, repository).map(({ registry, credentials }) => ({ registry, credentials, source }));
    } catch (error) {
      const { namespace, name } = pod.metadata;
      log.error({ err: error, provider: provider.name, image: repository, pod: `${namespace}/${name}` }, 'no credentials from a credential provider');
      return [];
    }
  };
}

const requestFor = (image: string, identity: Identity | undefined): ProviderRequest => {
  if (!identity) return { image };
  const { token, annotations } = identity;
  return { image, serviceAccountToken: token, ...(Object.keys(annotations).length > 0 ? { serviceAccountAnnotations: annotations } : {}) };
};

function identityKey(identity: Identity | undefined, attributes: TokenAttributes | undefined): string {
  if (!identity) return '';
  const { account, annotations, token } = identity;
  const hash = attributes?.cacheType === 'Token' ? sha256Hex(token) : '';
  return JSON.stringify([account.namespace, account.name, account.uid, Object.entries(annotations).sort(([a], [b]) => (a < b ? -1 : 1)), hash]);
}

/** Returns the pod's service account for a program that wants one; undefined if it is asked without. @throws Error if there is no account or token. */
async function identityOf(
  pod: Live<Pod>,
  attributes: TokenAttributes | undefined,
  { account, token }: ProviderLookupOptions,
): Promise<Identity | 'not for it' | undefined> {
  if (!attributes) return undefined;
  const { namespace = '' } = pod.metadata;
  const name = pod.spec?.serviceAccountName ?? '';
  if (name === '') return attributes.requiresAccount ? 'not for it' : undefined;
  const found = await account({ namespace, name });
  const given = found.metadata.annotations ?? {};
  const { requiredAnnotations, optionalAnnotations } = attributes;
  if (!requiredAnnotations.every((key) => Object.hasOwn(given, key))) return 'not for it';
  const wanted = [...requiredAnnotations, ...optionalAnnotations].filter((key) => Object.hasOwn(given, key));
  return {
    account: { uid: found.metadata.uid, namespace, name },
    annotations: Object.fromEntries(wanted.map((key) => [key, given[key] ?? ''])),
    token: await token(pod, attributes.audience, found.metadata.uid),
  };
}
