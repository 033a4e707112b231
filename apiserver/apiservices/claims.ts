import type { APIService } from '../../api/kinds/apiregistration/index.ts';
import { apiServices, isAvailable } from '../../api/kinds/apiregistration/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { serviceName } from './desired-services.ts';

/** A version of an API group that another server serves, as its APIService says. */
export interface Claim {
  readonly apiService: Live<APIService>;
  /** Name of the APIService: VERSION.GROUP. */
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number };
  readonly isAvailable: boolean;
}

type Listener = (name: string, claim: Claim | undefined) => void;

/** The versions that other servers serve. A change of an APIService holds for the next request. */
export interface Claims {
  /** By name of the APIService; undefined while there is none, so that requests have nothing to look up. */
  readonly current: ReadonlyMap<string, Claim> | undefined;
  /** Returns the claim on a request's path, if there is one. */
  of(path: string): Claim | undefined;
  /** Calls the listener for every change from now on; the claim is undefined if the version is this server's (again). */
  onChange(listener: Listener): void;
  /** Reads the APIServices that there are, and follows them. Call it once, when they are in the cache. */
  start(): void;
}

const DEFAULT_PORT = 443;

function claimOf(apiService: Live<APIService>): Claim | undefined {
  const { metadata, spec } = apiService;
  if (!spec?.service) return undefined;
  const { namespace = '', name = '', port = DEFAULT_PORT } = spec.service;
  const { group = '', version = '' } = spec;
  return { apiService, name: metadata.name, group, version, service: { namespace, name, port }, isAvailable: isAvailable(apiService) };
}

/** Returns the name that an APIService for the path has; undefined for paths of no version. All of `/api` belongs to v1. */
export function nameForPath(path: string): string | undefined {
  if (path === '/api' || path.startsWith('/api/')) return serviceName('', 'v1');
  if (!path.startsWith('/apis/')) return undefined;
  const [group = '', version = ''] = path.slice('/apis/'.length).split('/', 2);
  return group === '' || version === '' ? undefined : serviceName(group, version);
}

/** Follows the APIServices that name a server. */
export function followClaims(objects: Pick<StorageAccess, 'list' | 'follow'>): Claims {
  const listeners: Listener[] = [];
  let current: ReadonlyMap<string, Claim> | undefined;

  function take(apiService: Live<APIService>, deleted: boolean): void {
    const { name } = apiService.metadata;
    const claim = deleted ? undefined : claimOf(apiService);
    if (!claim && !current?.has(name)) return;
    const next = new Map(current);
    if (claim) next.set(name, claim);
    else next.delete(name);
    current = next.size === 0 ? undefined : next;
    for (const listener of listeners) listener(name, claim);
  }

  return {
    get current() {
      return current;
    },
    of(path) {
      const name = nameForPath(path);
      return name === undefined ? undefined : current?.get(name);
    },
    onChange: (listener) => void listeners.push(listener),
    start() {
      for (const apiService of objects.list(apiServices)) take(apiService, false);
      objects.follow(apiServices, take);
    },
  };
}
