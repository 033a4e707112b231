import type { Kind } from '../../../api/definition/kind.ts';
import { apiVersionOf } from '../../../api/definition/kind.ts';
import type { ClusterRole } from '../../../api/kinds/rbac/role.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { selectorFrom } from '../../../api/selector/selector.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { indexed } from '../../../runtime/control/wiring.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { aggregatedRules } from './plan.ts';

/** Both the controller's name and the manager of the fields that it applies. */
const NAME = 'clusterrole-aggregation-controller';
const AGGREGATED = 'aggregated';

const selectorsOf = ({ aggregationRule }: ClusterRole) => aggregationRule?.clusterRoleSelectors ?? [];
const selects = (role: ClusterRole, { metadata }: Live<ClusterRole>): boolean =>
  selectorsOf(role).some((selector) => selectorFrom(selector).matches(metadata.labels));

/** Gives ClusterRoles with an aggregation rule the rules of the roles that it selects. */
export function clusterRoleAggregationController(kinds: { clusterRoles: Kind<ClusterRole> }): ControllerDefinition {
  return {
    name: NAME,
    component: NAME,
    concurrency: 5,
    for: primary(kinds.clusterRoles, { when: { create: isAggregated, update: isAggregated }, priority: 'normal' }),
    watches: [
      // Aggregated roles are few; each part wakes those that select it.
      watched(kinds.clusterRoles, {
        map: (part, { informers }) =>
          informers
            .of(kinds.clusterRoles)
            .byIndex(AGGREGATED, '')
            .filter((role) => selects(role, part))
            .map(keyOf),
        priority: 'normal',
      }),
    ],
    indexes: [indexed(kinds.clusterRoles, (informer) => informer.addIndex(AGGREGATED, (role) => (isAggregated(role) ? [''] : [])))],
    reconcile: ({ client, informers }) => {
      const roles = informers.of(kinds.clusterRoles);
      return async (key) => {
        const role = roles.get(key);
        if (!role?.aggregationRule) return DONE;
        const rules = aggregatedRules(
          role,
          selectorsOf(role).map((selector) => roles.select('', selector)),
        );
        if (rules === undefined) return DONE;
        const { clusterRoles } = kinds;
        const body = { apiVersion: apiVersionOf(clusterRoles), kind: clusterRoles.kind, metadata: { name: key.name }, rules };
        await client.patch(clusterRoles, key, { type: 'apply', body, force: true }, { fieldManager: NAME });
        return DONE;
      };
    },
  };
}

const isAggregated = ({ aggregationRule }: ClusterRole): boolean => aggregationRule !== undefined;
