import type { Strategy } from '../../definition/strategy.ts';
import type { ServiceAccount } from './service-account.ts';

const MOUNTABLE_SECRETS = 'kubernetes.io/enforce-mountable-secrets';

/** A service account has no rules of its own beyond its name and metadata. */
export const serviceAccountStrategy: Strategy<ServiceAccount> = {
  metadataChecks: { onUpdate: ['whole', 'change'] },
  warnings: ({ metadata }) =>
    metadata?.annotations?.[MOUNTABLE_SECRETS] === undefined
      ? []
      : [`metadata.annotations[${MOUNTABLE_SECRETS}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`],
};
