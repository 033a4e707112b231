import type { Secret } from '../../../api/kinds/core/secret.ts';

export const ACCOUNT_TOKEN = 'kubernetes.io/service-account-token';
export const ACCOUNT_NAME = 'kubernetes.io/service-account.name';
export const ACCOUNT_UID = 'kubernetes.io/service-account.uid';

/** The service account that a token secret is for; undefined for any other secret. */
export const accountOf = (secret: Secret): string | undefined =>
  secret.type === ACCOUNT_TOKEN ? secret.metadata?.annotations?.[ACCOUNT_NAME] || undefined : undefined;

export interface MissingData {
  /** Entries to set, in base64. */
  readonly data: Record<string, string>;
  /** It has no token yet. */
  readonly token: boolean;
}

/**
 * What a token secret lacks of what its readers expect beside each other: token, certificates, namespace.
 * @returns undefined where it has all
 */
export function missingData(secret: Secret, rootCaPem: string): MissingData | undefined {
  const data: Record<string, string> = {};
  const ca = Buffer.from(rootCaPem).toString('base64');
  if (secret.data?.['ca.crt'] !== ca) data['ca.crt'] = ca;
  if (!secret.data?.namespace) data.namespace = Buffer.from(secret.metadata?.namespace ?? '').toString('base64');
  const token = !secret.data?.token;
  return token || Object.keys(data).length > 0 ? { data, token } : undefined;
}
