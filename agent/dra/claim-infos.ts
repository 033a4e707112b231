import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { podClaimName } from '../../api/kinds/resource/pod-claims.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Container } from '../../api/pod/container/container.ts';
import type { ClaimInfo } from '../contract/pod-resources.ts';
import type { ClaimRecords } from './claim-records.ts';

/** Returns the claims that a container uses, with the one behind its extended resources. None if one of them is not known, as in kubelet. */
export function claimInfos(pod: Live<Pod>, container: Container, records: ClaimRecords): readonly ClaimInfo[] {
  const states = claimNames(pod, container).map((name) => (name === undefined ? undefined : records.get(pod.metadata.namespace ?? '', name)));
  const known = states.filter((state) => state !== undefined);
  if (known.length < states.length) return [];
  return known.map(({ namespace, name, drivers }) => ({
    namespace,
    name,
    devices: [...drivers].flatMap(([driver, devices]) =>
      devices.map(({ poolName, deviceName, shareId, cdiDeviceIds }) => ({
        driver,
        pool: poolName,
        device: deviceName,
        shareId,
        cdiDevices: cdiDeviceIds,
      })),
    ),
  }));
}

/** The names of the claims; undefined for one that is still to be made. */
function claimNames(pod: Live<Pod>, container: Container): readonly (string | undefined)[] {
  const used = new Set(container.resources?.claims?.map(({ name }) => name));
  const names = (pod.spec?.resourceClaims ?? []).flatMap((entry) => {
    if (!used.has(entry.name)) return [];
    const found = podClaimName(pod, entry);
    return found.state === 'named' ? [found.name] : found.state === 'missing' ? [undefined] : [];
  });
  const extended = pod.status?.extendedResourceClaimStatus;
  const isExtended = extended?.requestMappings.some(({ containerName }) => containerName === container.name);
  return isExtended ? [...names, extended?.resourceClaimName] : names;
}
