import { X509Certificate } from 'node:crypto';

/** A certificate is renewed between these parts of its life, as kubelet does (k8s.io/client-go/util/certificate). */
const EARLIEST = 0.7;
const SPREAD = 0.2;

/** Returns when a certificate (PEM) is due for renewal, in milliseconds since the epoch. `chance` in [0, 1) spreads the renewals of many. */
export function renewalTime(certificate: string, chance: number): number {
  const { validFromDate, validToDate } = new X509Certificate(certificate);
  const start = validFromDate.getTime();
  return start + (validToDate.getTime() - start) * (EARLIEST + SPREAD * chance);
}
