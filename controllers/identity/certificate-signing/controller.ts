import { X509Certificate } from 'node:crypto';
import type { Kind } from '../../../api/definition/kind.ts';
import type { CertificateSigningRequest } from '../../../api/kinds/certificates/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { KeyPair } from '../../../base/x509/certificate.ts';
import { signCertificate } from '../../../base/x509/certificate-authority.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { DONE, TerminalError } from '../../../runtime/queue/result.ts';
import { unlessGone } from '../../_shared/refusals.ts';
import { hasCondition, isApproved, parsed } from '../certificates/state.ts';
import { SIGNERS, signerFault, validity } from './plan.ts';

type Request = CertificateSigningRequest;

export interface SigningOptions {
  readonly ca: KeyPair;
  /** The longest life of a certificate, in milliseconds. Default 365 days. */
  readonly maxLifeMs?: number;
}

const YEAR_MS = 365 * 86_400_000;

/** Signs approved requests for the signers of the cluster with its authority. */
export function certificateSigningController(kinds: { requests: Kind<Request> }, { ca, maxLifeMs = YEAR_MS }: SigningOptions): ControllerDefinition {
  const isDue = (request: Live<Request>) =>
    SIGNERS.includes(request.spec.signerName) && isApproved(request) && !hasCondition(request, 'Failed') && !request.status?.certificate;
  return {
    name: 'certificatesigningrequest-signing-controller',
    component: 'certificatesigningrequest-signing-controller',
    concurrency: 5,
    for: primary(kinds.requests, { when: { create: isDue, update: isDue }, priority: 'normal' }),
    reconcile: (env) => {
      const requests = env.informers.of(kinds.requests);
      return async (key) => {
        const request = requests.get(key);
        if (!request || !isDue(request)) return DONE;
        const asked = await parsed(request);
        const usages = request.spec.usages ?? [];
        const fault = signerFault(request.spec.signerName, asked, usages);
        if (fault !== undefined) {
          await writeStatus(env, kinds.requests, request, {
            conditions: [
              ...(request.status?.conditions ?? []),
              { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message: fault },
            ],
          });
          return DONE;
        }
        const now = env.clock.now();
        if (new X509Certificate(ca.certificate).validToDate.getTime() <= now) {
          throw new TerminalError('the signer has expired: the certificate authority of the cluster must be replaced');
        }
        const { subject, publicKey, altNames } = asked;
        const certificate = await signCertificate(ca, {
          subject,
          publicKey,
          altNames,
          usages,
          ...validity(request.spec.expirationSeconds, maxLifeMs, now),
        });
        await writeStatus(env, kinds.requests, request, { certificate: Buffer.from(certificate).toString('base64') });
        return DONE;
      };
    },
  };
}

const writeStatus = ({ client }: ControllerEnv, kind: Kind<Request>, request: Live<Request>, status: Request['status']): Promise<unknown> =>
  unlessGone(client.update(kind, { ...request, status: { ...request.status, ...status } }, { subresource: 'status' }));
