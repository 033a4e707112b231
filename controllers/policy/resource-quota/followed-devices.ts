import type { Kind } from '../../../api/definition/kind.ts';
import type { QuotaDevices } from '../../../api/definition/quota-rule.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { DeviceClass, ResourceClaim } from '../../../api/kinds/resource/index.ts';
import { quotaDevices } from '../../../api/kinds/resource/quota-devices.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';

export interface QuotaDeviceKinds {
  readonly deviceClasses: Kind<DeviceClass>;
  readonly pods: Kind<Pod>;
  readonly resourceClaims: Kind<ResourceClaim>;
}

/** The devices that quotas of extended resources see. Classes are followed from the first such quota on. */
export interface FollowedDevices {
  /** Returns undefined while the classes are being listed. Pods and claims are looked up only for claims that are counted. */
  in(namespace: string): QuotaDevices | undefined;
}

/** @param wake called when a class has changed, and when the classes have been listed */
export function followedDevices({ informers }: Pick<ControllerEnv, 'informers'>, kinds: QuotaDeviceKinds, wake: () => void): FollowedDevices {
  let classes: Informer<DeviceClass> | undefined;
  let isSynced = false;
  const start = (): Informer<DeviceClass> => {
    const started = informers.of(kinds.deviceClasses);
    started.on({ add: (_, initial) => initial || wake(), update: wake, delete: wake });
    void started.ready.then(() => {
      isSynced = true;
      wake();
    });
    return started;
  };
  return {
    in(namespace) {
      classes ??= start();
      if (!isSynced) return undefined;
      return quotaDevices({
        classes: classes.list(),
        pod: (name) => informers.of(kinds.pods).get({ namespace, name }),
        claims: () => informers.of(kinds.resourceClaims).list(namespace),
      });
    },
  };
}
