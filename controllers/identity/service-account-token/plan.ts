import type { Secret } from '../../../api/kinds/core/secret.ts';

export const ACCOUNT_TOKEN = 'kubernetes.io/service-account-token';
export const ACCOUNT_NAME = 'kubernetes.io/service-account.name';
export const ACCOUNT_UID = 'kubernetes.io/service-account.uid';

/** Returns the service account that a token secret is for; undefined for any other secret. */
export const accountOf = (secret: Secret): string | undefined =>
  secret.type === ACCOUNT_TOKEN ? secret.metadata?.annotations?.[ACCOUNT_NAME] || undefined : undefined;

export interface MissingData {
  /** Entries to set, in base64. */
  readonly data: Record<string, string>;
  /** Whether the secret lacks a token. */
  readonly token: boolean;
}

/**
 * Returns the entries that a token secret lacks of token, certificates and namespace, which its readers expect together;
 * undefined if it has all of them.
 */
export function missingData(secret: Secret, rootCaPem: string): MissingData | undefined {
  const data: Record<string, string> = {};
  const ca = Buffer.from(rootCaPem).toString('base64');
  if (secret.data?.['ca.crt'] !== ca) data['ca.crt'] = ca;
  if (!secret.data?.namespace) data.namespace = Buffer.from(secret.metadata?.namespace ?? '').toString('base64');
  const token = !secret.data?.token;
  return token || Object.keys(data).length > 0 ? { data, token } : undefined;
}
