import type { KindGroup } from '../../definition/group.ts';
import { endpointSlices } from './endpoint-slice.ts';

export const discoveryGroup: KindGroup = {
  name: 'discovery.k8s.io',
  rank: 16200,
  kinds: [endpointSlices],
};

export { EndpointSlice, endpointSlices } from './endpoint-slice.ts';
