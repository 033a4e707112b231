import type { KindDefinition } from '../../../api/definition/kind.ts';
import { isKind } from '../../../api/definition/kind.ts';
import type { QuotaDevices } from '../../../api/definition/quota-rule.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { ResourceQuota } from '../../../api/kinds/core/resource-quota.ts';
import { deviceClasses, resourceClaims } from '../../../api/kinds/resource/index.ts';
import { limitsDeviceResources, quotaDevices } from '../../../api/kinds/resource/quota-devices.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { CountedKind } from '../../../api/quota/usage.ts';
import { matchesScopes, quotaResourcesFor, sumUsage, usageOf } from '../../../api/quota/usage.ts';
import type { ResourceList } from '../../../api/schema/resource-list.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';

/** Returns the devices as the rules of a quota see them; undefined unless the quota limits a resource that devices may stand for. */
export function devicesFor(objects: StorageAccess, quota: Live<ResourceQuota>): QuotaDevices | undefined {
  if (!limitsDeviceResources(quota.status?.hard)) return undefined;
  const { namespace = '' } = quota.metadata;
  return quotaDevices({
    classes: objects.list(deviceClasses),
    pod: (name) => objects.get(pods, { namespace, name }),
    claims: () => objects.list(resourceClaims, namespace),
  });
}

/** The kinds that are charged to the same resources: pods and claims pay for devices together. */
const CHARGED_TOGETHER: readonly KindDefinition[] = [pods, resourceClaims];

const usagesOf = (
  objects: StorageAccess,
  kind: KindDefinition,
  quota: Live<ResourceQuota>,
  now: number,
  names: Set<string>,
  devices?: QuotaDevices,
) =>
  objects
    .list(kind, quota.metadata.namespace)
    .filter((object) => matchesScopes(quota.spec ?? {}, kind, object))
    .map((object) => usageOf(kind, object, now, names, devices));

/** Returns the usage of all objects in the quota's namespace, in the resources that a kind is charged to. */
export function countOf(objects: StorageAccess, kind: KindDefinition, quota: Live<ResourceQuota>, now: number): ResourceList {
  const hard = quota.status?.hard ?? {};
  const devices = devicesFor(objects, quota);
  const names = new Set(quotaResourcesFor(kind, hard, devices));
  const isCharged = (other: CountedKind) => quotaResourcesFor(other, hard, devices).some((name) => names.has(name));
  const others = devices ? CHARGED_TOGETHER.filter((other) => !isKind(other, kind) && isCharged(other)) : [];
  return sumUsage(
    [...names],
    [kind, ...others].flatMap((each) => usagesOf(objects, each, quota, now, names, devices)),
  );
}
