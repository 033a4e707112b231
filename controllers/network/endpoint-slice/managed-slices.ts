import type { Kind } from '../../../api/definition/kind.ts';
import type { EndpointSlice } from '../../../api/kinds/discovery/endpoint-slice.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { keyText } from '../../../api/meta/object.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import type { Expectations } from '../../../runtime/control/expectations.ts';
import type { Watched } from '../../../runtime/control/watched.ts';
import { watched } from '../../../runtime/control/watched.ts';
import type { Indexed } from '../../../runtime/control/wiring.ts';
import { indexed } from '../../../runtime/control/wiring.ts';
import { MANAGED_BY, SERVICE_NAME } from './plan.ts';

/** The slices that one controller writes. */
export interface ManagedSlices {
  /** Wakes a service's key for a slice that this controller did not create, and for changes of its slices by others. */
  readonly watched: Watched;
  readonly indexed: Indexed;
  /** Returns the slices of a service. */
  of(key: ObjectKey): readonly Live<EndpointSlice>[];
  /** Returns the number of slices, which it counts. */
  count(): number;
}

export interface ManagedSlicesOptions {
  readonly kind: Kind<EndpointSlice>;
  /** The manager's name in the slices' labels. */
  readonly managedBy: string;
  /** Settled, under the service's key, by the slices that appear. */
  readonly expectations: Expectations;
  /** Whether slices of this service are the controller's business. Default: always. */
  serves?(key: ObjectKey): boolean;
}

/** Declares how a controller finds and follows the slices that it manages, by the service they belong to. */
export function manageSlices({ informers }: ControllerEnv, { kind, managedBy, expectations, serves }: ManagedSlicesOptions): ManagedSlices {
  const slices = informers.of(kind);
  const index = `service/${managedBy}`;
  const serviceOf = ({ metadata }: Live<EndpointSlice>): ObjectKey | undefined => {
    const name = metadata.labels?.[SERVICE_NAME];
    return name !== undefined && metadata.labels?.[MANAGED_BY] === managedBy ? { namespace: metadata.namespace ?? '', name } : undefined;
  };
  /** Settles a creation that was expected; returns false if none was: the slice may be one too many. */
  const settle = (slice: Live<EndpointSlice>): boolean => {
    const key = serviceOf(slice);
    if (!key || expectations.satisfied(keyText(key))) return false;
    expectations.creationObserved(keyText(key));
    return true;
  };
  return {
    watched: watched(kind, {
      when: {
        create: (slice) => !settle(slice),
        update: (slice, old) => slice.metadata.generation !== old.metadata.generation || serviceOf(slice)?.name !== serviceOf(old)?.name,
        delete: true,
      },
      map(slice) {
        const key = serviceOf(slice);
        return key && (serves === undefined || serves(key)) ? key : undefined;
      },
      priority: 'normal',
    }),
    indexed: indexed(kind, (informer) =>
      informer.addIndex(index, (slice) => {
        const key = serviceOf(slice);
        return key ? [keyText(key)] : [];
      }),
    ),
    of: (key) => slices.byIndex(index, keyText(key)),
    count: () => slices.list().filter((slice) => serviceOf(slice)).length,
  };
}
