import type { CertificateRequest } from '../../../base/x509/certificate.ts';
import { kubeletClientFault, kubeletServingFault } from '../certificates/kubelet-requests.ts';
import { API_CLIENT, KUBELET_CLIENT, KUBELET_SERVING, LEGACY_UNKNOWN } from '../certificates/signers.ts';

/** Upstream's defaults and bounds (pkg/controller/certificates/signer), in milliseconds. */
const BACKDATE_MS = 5 * 60_000;
const SHORT_MS = 8 * 3_600_000;
const MIN_MS = 10 * 60_000;

/** Returns the time that a certificate holds. `maxMs`: the longest life, and the one of a request that asks for none. */
export function validity(
  expirationSeconds: number | undefined,
  maxMs: number,
  now: number,
): { readonly notBefore: number; readonly notAfter: number } {
  const ttl = expirationSeconds === undefined ? maxMs : Math.min(maxMs, Math.max(MIN_MS, expirationSeconds * 1000));
  // The end of a short life is not backdated.
  return { notBefore: now - BACKDATE_MS, notAfter: now + (ttl < SHORT_MS ? ttl : ttl - BACKDATE_MS) };
}

function apiClientFault(usages: readonly string[]): string | undefined {
  const other = usages.find((usage) => !['client auth', 'digital signature', 'key encipherment'].includes(usage));
  if (other !== undefined) return `invalid usage for client certificate: ${other}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
}

export const SIGNERS: readonly string[] = [KUBELET_SERVING, KUBELET_CLIENT, API_CLIENT, LEGACY_UNKNOWN];

/** Returns why a signer does not sign a request, in upstream's words; undefined if it signs it. */
export function signerFault(
  signerName: string,
  request: Pick<CertificateRequest, 'commonName' | 'organizations' | 'altNames'>,
  usages: readonly string[],
): string | undefined {
  if (signerName === KUBELET_SERVING) return kubeletServingFault(request, usages);
  if (signerName === KUBELET_CLIENT) return kubeletClientFault(request, usages);
  // No rules are applied to the legacy signer, for the sake of old clients.
  return signerName === API_CLIENT ? apiClientFault(usages) : undefined;
}
