import type { KindGroup } from '../../definition/group.ts';
import { certificateSigningRequests } from './certificate-signing-request/index.ts';

export * from './certificate-signing-request/index.ts';

export const certificatesGroup: KindGroup = {
  name: 'certificates.k8s.io',
  rank: 17300,
  kinds: [certificateSigningRequests],
};
