import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { podClaimName, requestOf } from '../../api/kinds/resource/pod-claims.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Container } from '../../api/pod/container/container.ts';
import type { ResourceHealth, ResourceStatus } from '../../api/pod/container/container-status.ts';
import type { ClaimRecords } from './claim-records.ts';
import type { ClaimState, PreparedDevice } from './claim-state.ts';
import { isForRequest } from './claim-state.ts';
import type { DeviceHealthTable } from './device-health.ts';

/** Returns the health of a container's devices, one entry per claim or request that it uses. Claims that are not prepared have none. */
export function healthStatus(pod: Live<Pod>, container: Container, records: ClaimRecords, health: DeviceHealthTable): readonly ResourceStatus[] {
  return (container.resources?.claims ?? []).flatMap(({ name, request }) => {
    const entry = pod.spec?.resourceClaims?.find((each) => each.name === name);
    const found = entry && podClaimName(pod, entry);
    const claim = found?.state === 'named' ? records.get(pod.metadata.namespace ?? '', found.name) : undefined;
    const resources = claim ? devicesHealth(claim, request ? requestOf(request) : undefined, health) : [];
    return resources.length === 0 ? [] : [{ name: request ? `claim:${name}/${request}` : `claim:${name}`, resources }];
  });
}

/** Several devices may be one to the runtime: it is shown once. */
function devicesHealth({ drivers }: ClaimState, request: string | undefined, health: DeviceHealthTable): ResourceHealth[] {
  const shown = new Map<string, ResourceHealth>();
  for (const [driver, devices] of drivers) {
    for (const device of devices) {
      const resourceID = resourceIdOf(driver, device);
      if (!isForRequest(device, request) || shown.has(resourceID)) continue;
      const { health: state, message } = health.of(driver, { pool: device.poolName, device: device.deviceName });
      shown.set(resourceID, { health: state, resourceID, ...(message === '' ? {} : { message }) });
    }
  }
  return [...shown.values()];
}

const resourceIdOf = (driver: string, { cdiDeviceIds, poolName, deviceName }: PreparedDevice): string =>
  cdiDeviceIds[0] ?? `${driver}/${poolName}/${deviceName}`;
