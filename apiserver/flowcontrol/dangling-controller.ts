import { apiVersionOf } from '../../api/definition/kind.ts';
import { flowSchemas } from '../../api/kinds/flowcontrol/flow-schema/index.ts';
import type { FlowSchemaCondition } from '../../api/kinds/flowcontrol/flow-schema/schema.ts';
import { priorityLevelConfigurations } from '../../api/kinds/flowcontrol/priority-level-configuration/index.ts';
import { keyOf } from '../../api/meta/object.ts';
import { isNotFound } from '../../api/meta/status-error.ts';
import { timeText } from '../../base/clock.ts';
import type { ControllerDefinition } from '../../runtime/control/controller.ts';
import { watched } from '../../runtime/control/watched.ts';
import { indexed } from '../../runtime/control/wiring.ts';
import { DONE } from '../../runtime/queue/result.ts';

const BY_LEVEL = 'priorityLevel';
const NAME = 'priority-and-fairness-config-consumer';

/** Upstream's condition of a flow schema: whether the priority level that it names is missing. */
function danglingCondition(level: string, isThere: boolean): Omit<FlowSchemaCondition, 'lastTransitionTime'> {
  const message = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)} `;
  return isThere
    ? { type: 'Dangling', status: 'False', reason: 'Found', message: `${message}and it exists` }
    : { type: 'Dangling', status: 'True', reason: 'NotFound', message: `${message}but there is no such object` };
}

/** Keeps the condition Dangling of every flow schema (k8s.io/apiserver/pkg/util/flowcontrol, apf_controller.go). */
export const danglingController: ControllerDefinition = {
  name: NAME,
  concurrency: 1,
  component: NAME,
  for: flowSchemas,
  watches: [
    watched(priorityLevelConfigurations, {
      when: { create: true, delete: true },
      map: ({ metadata }, { informers }) => informers.of(flowSchemas).byIndex(BY_LEVEL, metadata.name).map(keyOf),
    }),
  ],
  indexes: [
    indexed(flowSchemas, (informer) => {
      informer.addIndex(BY_LEVEL, ({ spec }) => (spec ? [spec.priorityLevelConfiguration.name] : []));
    }),
  ],
  reconcile:
    ({ client, informers, clock }) =>
    async (key) => {
      const schema = informers.of(flowSchemas).get(key);
      if (!schema) return DONE;
      const level = schema.spec?.priorityLevelConfiguration.name ?? '';
      const wanted = danglingCondition(level, informers.of(priorityLevelConfigurations).get({ namespace: '', name: level }) !== undefined);
      const current = schema.status?.conditions?.find(({ type }) => type === wanted.type);
      if (current && current.status === wanted.status && current.reason === wanted.reason && current.message === wanted.message) return DONE;
      const since = current && current.status === wanted.status ? current.lastTransitionTime : undefined;
      const condition = { ...wanted, lastTransitionTime: since ?? timeText(clock.now()) };
      const body = {
        apiVersion: apiVersionOf(flowSchemas),
        kind: flowSchemas.kind,
        metadata: { name: key.name },
        status: { conditions: [condition] },
      };
      try {
        await client.patch(
          flowSchemas,
          key,
          { type: 'apply', force: true, body },
          { subresource: 'status', fieldManager: 'api-priority-and-fairness-config-consumer-v1' },
        );
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
      return DONE;
    },
};
