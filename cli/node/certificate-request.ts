import { createHash, createPublicKey } from 'node:crypto';
import type { CertificateSigningRequest } from '../../api/kinds/certificates/index.ts';
import { certificateSigningRequests } from '../../api/kinds/certificates/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { isAlreadyExists } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Subject, SubjectAltNames } from '../../base/x509/certificate.ts';
import { createCertificateRequest } from '../../base/x509/certificate-request.ts';
import type { Client } from '../../runtime/client/client.ts';

/** The request was denied, or cannot be signed. */
export class CertificateRefused extends Error {
  override readonly name = 'CertificateRefused';
}

export interface WantedCertificate {
  readonly signerName: string;
  readonly usages: readonly string[];
  readonly subject: Subject;
  readonly sans?: SubjectAltNames;
  /** PEM. */
  readonly key: string;
}

export interface RequestOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const FIRST_LOOK_MS = 50;
const LAST_LOOK_MS = 5_000;

/** The name follows from what is asked for, so that an agent that restarts finds the request that it has made. */
function nameOf({ signerName, subject, sans, key }: WantedCertificate): string {
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const asked = JSON.stringify([signerName, subject, sans]);
  return `node-csr-${createHash('sha256').update(asked).update(publicKey).digest('hex').slice(0, 43)}`;
}

/**
 * Requests a certificate by a CertificateSigningRequest, and waits for it, however long that takes. Resolves to the certificate, PEM.
 * @throws CertificateRefused if it is denied or cannot be signed, StatusError if the server refuses the request, and what the client throws.
 */
export async function requestCertificate(wanted: WantedCertificate, { client, clock, log, signal }: RequestOptions): Promise<string> {
  const key = { namespace: '', name: nameOf(wanted) };
  const request = await createCertificateRequest(wanted.key, wanted.subject, wanted.sans);
  const object: CertificateSigningRequest = {
    metadata: { name: key.name },
    spec: { request: Buffer.from(request).toString('base64'), signerName: wanted.signerName, usages: [...wanted.usages] },
  };
  let state: Live<CertificateSigningRequest>;
  try {
    state = await client.create(certificateSigningRequests, object);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    state = await client.get(certificateSigningRequests, key);
  }
  let told = '';
  for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(2 * lookMs, LAST_LOOK_MS)) {
    const certificate = issued(state);
    if (certificate !== undefined) return certificate;
    // A cluster whose controllers are not ours says nothing about a request that it leaves to an administrator.
    const silent = lookMs === LAST_LOOK_MS && !state.status?.conditions?.length ? 'nobody has approved or denied it yet' : told;
    const why = state.status?.conditions?.find(({ type }) => type === 'NotAutoApproved')?.message ?? silent;
    if (why !== told) log.warn({ request: key.name, why }, 'the certificate waits for an administrator: kubectl certificate approve');
    told = why;
    await sleep(clock, lookMs, signal);
    signal.throwIfAborted();
    state = await client.get(certificateSigningRequests, key);
  }
}

function issued({ metadata, status }: Live<CertificateSigningRequest>): string | undefined {
  for (const { type, message, reason } of status?.conditions ?? []) {
    if (type === 'Denied' || type === 'Failed') {
      throw new CertificateRefused(
        `certificate signing request ${metadata.name} is ${type.toLowerCase()}: ${message || reason || 'no reason is given'}`,
      );
    }
  }
  return status?.certificate ? Buffer.from(status.certificate, 'base64').toString() : undefined;
}
