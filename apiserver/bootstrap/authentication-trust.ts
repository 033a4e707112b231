import { X509Certificate } from 'node:crypto';
import type { ConfigMap } from '../../api/kinds/core/config-map.ts';
import { configMaps } from '../../api/kinds/core/config-map.ts';
import { isAlreadyExists, isConflict } from '../../api/meta/status-error.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { ensureObject } from './cluster-objects.ts';

/** The ways in which this server authenticates clients, for API servers that extend it. */
export interface AuthenticationTrust {
  /** PEM of the authorities of client certificates. */
  readonly clientCa: string;
  readonly requestHeader?: {
    /** PEM. */
    readonly ca: string;
    readonly allowedNames: readonly string[];
    readonly usernameHeaders: readonly string[];
    readonly uidHeaders: readonly string[];
    readonly groupHeaders: readonly string[];
    readonly extraHeaderPrefixes: readonly string[];
  };
}

const KEY = { namespace: 'kube-system', name: 'extension-apiserver-authentication' };
const TRACKING: ConfigMap['metadata'] = { namespace: 'kube-system', name: 'kube-apiserver-legacy-service-account-token-tracking' };
const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

function isExpired(block: string, now: number): boolean {
  try {
    return new X509Certificate(block).validToDate.getTime() <= now;
  } catch {
    return true;
  }
}

/** The certificates of both bundles, each once: other servers of the cluster may add theirs. Expired ones are left out. */
function joined(there: string, own: string, now: number): string {
  const blocks = new Set([...(there.match(PEM) ?? []), ...(own.match(PEM) ?? [])]);
  return [...blocks]
    .filter((block) => !isExpired(block, now))
    .map((block) => `${block}\n`)
    .join('');
}

/** The data that the ConfigMap should have (pkg/controlplane/controller/clusterauthenticationtrust). */
function trustData(there: Readonly<Record<string, string>>, { clientCa, requestHeader }: AuthenticationTrust, now: number): Record<string, string> {
  const data = { ...there, 'client-ca-file': joined(there['client-ca-file'] ?? '', clientCa, now) };
  if (!requestHeader) return data;
  const { uidHeaders } = requestHeader;
  return {
    ...data,
    'requestheader-client-ca-file': joined(there['requestheader-client-ca-file'] ?? '', requestHeader.ca, now),
    'requestheader-allowed-names': JSON.stringify(requestHeader.allowedNames),
    'requestheader-username-headers': JSON.stringify(requestHeader.usernameHeaders),
    'requestheader-group-headers': JSON.stringify(requestHeader.groupHeaders),
    'requestheader-extra-headers-prefix': JSON.stringify(requestHeader.extraHeaderPrefixes),
    ...(uidHeaders.length > 0 ? { 'requestheader-uid-headers': JSON.stringify(uidHeaders) } : {}),
  };
}

/** Publishes in ConfigMap kube-system/extension-apiserver-authentication how this server authenticates clients; costs no write if it is there. */
export async function ensureAuthenticationTrust(client: Client, objects: StorageAccess, trust: AuthenticationTrust, now: number): Promise<void> {
  const there = objects.get(configMaps, KEY);
  const data = trustData(there?.data ?? {}, trust, now);
  const current = there?.data ?? {};
  if (there && Object.entries(data).every(([key, value]) => current[key] === value)) return;
  try {
    if (there) await client.update(configMaps, { ...there, data });
    else await client.create(configMaps, { metadata: KEY, data });
  } catch (error) {
    // Another server was first; the next look is at what it wrote.
    if (!isAlreadyExists(error) && !isConflict(error)) throw error;
  }
}

/** Records the day since which uses of token secrets are noted on them, as upstream does. */
export const ensureTokenTracking = (client: Client, objects: StorageAccess, now: number): Promise<void> =>
  ensureObject<ConfigMap>(client, objects, configMaps, { metadata: TRACKING, data: { since: new Date(now).toISOString().slice(0, 10) } });
