import type { JSONWebKeySet } from 'jose';
import type { Clock } from '../../../base/clock.ts';
import { isObject } from '../../../base/json.ts';
import { fetchJson } from './https-json.ts';
import type { OidcIssuer } from './issuer.ts';

/** Keys that a token names and that are not known are looked for at most this often. */
const REFETCH_MS = 10_000;

export type FetchJson = typeof fetchJson;

export interface IssuerKeys {
  /** The issuer's keys; undefined until they have been fetched. */
  current(): JSONWebKeySet | undefined;
  /** Fetches the keys, and first the address where they are. Calls at the same time share one fetch. @throws Error saying what failed. */
  fetch(): Promise<void>;
  /** Fetches anew for a token whose key is not known, unless that was done just now. Returns whether there may be new keys. */
  refetch(): Promise<boolean>;
}

const isKeySet = (value: unknown): value is JSONWebKeySet => isObject(value) && Array.isArray(value.keys) && value.keys.every(isObject);

/** Keeps the public keys of an OpenID Connect issuer (OpenID Connect Discovery 1.0). */
export function issuerKeys(issuer: OidcIssuer, clock: Clock, get: FetchJson = fetchJson): IssuerKeys {
  let keys: JSONWebKeySet | undefined;
  let keysUrl: string | undefined;
  let underway: Promise<void> | undefined;
  let refetched = Number.NEGATIVE_INFINITY;

  async function discover(): Promise<string> {
    const url = issuer.discoveryUrl ?? `${issuer.url.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const document = await get(url, issuer.certificateAuthority);
    const { issuer: name, jwks_uri: address } = isObject(document) ? document : {};
    if (name !== issuer.url) {
      throw new Error(
        `oidc: issuer did not match the issuer returned by provider, expected ${JSON.stringify(issuer.url)} got ${JSON.stringify(name)}`,
      );
    }
    if (typeof address !== 'string' || !URL.canParse(address) || new URL(address).protocol !== 'https:') {
      throw new Error(`${url}: jwks_uri must be an https URL, got ${JSON.stringify(address)}`);
    }
    return address;
  }

  async function load(): Promise<void> {
    keysUrl ??= await discover();
    const fetched = await get(keysUrl, issuer.certificateAuthority);
    if (!isKeySet(fetched)) throw new Error(`${keysUrl}: the answer is no JSON Web Key Set`);
    keys = fetched;
  }

  const fetchOnce = () => {
    underway ??= load().finally(() => {
      underway = undefined;
    });
    return underway;
  };

  return {
    current: () => keys,
    fetch: fetchOnce,
    async refetch() {
      if (underway) {
        await underway.catch(() => {});
        return true;
      }
      if (clock.monotonic() - refetched < REFETCH_MS) return false;
      refetched = clock.monotonic();
      try {
        await fetchOnce();
        return true;
      } catch {
        return false;
      }
    },
  };
}
