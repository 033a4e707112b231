import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';
import { groupBy } from '../../_shared/group-by.ts';
import type { SliceGroup } from './plan.ts';
import type { ZoneShares } from './topology-hints.ts';
import { planTopologyHints, wantsTopologyHints, zoneCpuOf, zoneShares } from './topology-hints.ts';

/** Follows the sizes of the zones, and hints the endpoints of services that ask for it. */
export interface ZoneHints {
  /** Returns the groups with the hints that the service asks for by annotation, or unchanged if it does not; records events about it. */
  apply(service: Live<Service>, groups: readonly SliceGroup[]): readonly SliceGroup[];
  forget(key: string): void;
}

export function followZones(env: Pick<ControllerEnv, 'recorder' | 'enqueue'>, nodes: Informer<Node>): ZoneHints {
  let shares: { readonly of: ZoneShares | undefined } | undefined;
  /** The services that ask for hints, and whether they have them. */
  const asking = new Map<string, { readonly key: ObjectKey; readonly hinted: boolean }>();
  const changed = () => {
    shares = undefined;
    for (const { key } of asking.values()) env.enqueue(key);
  };
  nodes.on({
    add: changed,
    update: (node, old) => {
      if (!semanticallyEqual(zoneCpuOf(node), zoneCpuOf(old))) changed();
    },
    delete: changed,
  });

  const tell = (service: Live<Service>, enabled: boolean, why: string, addressType: string) => {
    const reason = enabled ? 'TopologyAwareHintsEnabled' : 'TopologyAwareHintsDisabled';
    env.recorder.event(service, enabled ? 'Normal' : 'Warning', reason, `${why}, addressType: ${addressType}`);
  };
  return {
    apply(service, groups) {
      const key = keyOf(service);
      const before = asking.get(keyText(key));
      if (!wantsTopologyHints(service)) {
        if (before?.hinted) for (const { addressType } of groups) tell(service, false, 'Topology Aware Hints has been disabled', addressType);
        asking.delete(keyText(key));
        return groups;
      }
      shares ??= { of: zoneShares(nodes.list()) };
      let hinted = false;
      const result: SliceGroup[] = [];
      for (const [addressType, family] of groupBy(groups, (group) => group.addressType)) {
        const plan = planTopologyHints(
          family.flatMap(({ endpoints }) => endpoints),
          shares.of,
        );
        if ('refused' in plan) {
          tell(service, false, plan.refused, addressType);
          result.push(...family);
          continue;
        }
        if (!before?.hinted) tell(service, true, 'Topology Aware Hints has been enabled', addressType);
        hinted = true;
        for (const group of family) {
          const endpoints = group.endpoints.map((endpoint) => {
            const zone = plan.zoneOf.get(endpoint);
            return zone === undefined ? endpoint : { ...endpoint, hints: { forZones: [{ name: zone }] } };
          });
          result.push({ ...group, endpoints });
        }
      }
      asking.set(keyText(key), { key, hinted });
      return result;
    },
    forget: (key) => void asking.delete(key),
  };
}
