import type { CertificateSigningRequest } from '../../../api/kinds/certificates/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { certificateEnd } from '../certificates/state.ts';

const HOUR_MS = 3_600_000;
/** Upstream's times (pkg/controller/certificates/cleaner): from the decision on, and for undecided requests from their creation on. */
const DECIDED_MS = HOUR_MS;
const PENDING_MS = 24 * HOUR_MS;

/** Returns the time at which a request is of no more use, in milliseconds since the epoch. */
export function endOf(request: Live<CertificateSigningRequest>): number {
  const { metadata, status } = request;
  const decisions = (status?.conditions ?? []).filter(({ type }) => ['Approved', 'Denied', 'Failed'].includes(type));
  if (decisions.length === 0) return Date.parse(metadata.creationTimestamp) + PENDING_MS;
  const ends = decisions.map(({ lastUpdateTime }) => Date.parse(lastUpdateTime || metadata.creationTimestamp) + DECIDED_MS);
  return Math.min(...ends, certificateEnd(request) ?? Number.POSITIVE_INFINITY);
}
