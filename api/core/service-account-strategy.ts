import type { Strategy } from '../kind.ts';
import type { ServiceAccount } from './service-account.ts';

/** A service account has no rules of its own beyond its name and metadata. */
export const serviceAccountStrategy: Strategy<ServiceAccount> = { metadataChecks: { onUpdate: ['whole', 'change'] } };
