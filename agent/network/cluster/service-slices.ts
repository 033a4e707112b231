import type { EndpointSlice } from '../../../api/kinds/discovery/endpoint-slice.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';

const INDEX = 'service';
const SERVICE_NAME = 'kubernetes.io/service-name';

/** `namespace/name` of the service that a slice belongs to. */
export function serviceOf(slice: Live<EndpointSlice>): string | undefined {
  const name = slice.metadata.labels?.[SERVICE_NAME];
  return name ? `${slice.metadata.namespace ?? ''}/${name}` : undefined;
}

/** Declares the index that `slicesOf` reads: before the informer starts. */
export function indexSlices(slices: Informer<EndpointSlice>): void {
  slices.addIndex(INDEX, (slice) => {
    const service = serviceOf(slice);
    return service === undefined ? [] : [service];
  });
}

/** The slices of a service, `namespace/name`. */
export const slicesOf = (slices: Informer<EndpointSlice>, service: string): readonly Live<EndpointSlice>[] => slices.byIndex(INDEX, service);
