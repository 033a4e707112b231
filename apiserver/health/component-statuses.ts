import type { ComponentStatus } from '../../api/kinds/core/component-status.ts';
import { componentStatuses as kind } from '../../api/kinds/core/component-status.ts';
import { StatusError } from '../../api/meta/status-error.ts';
import type { ComputedCollection } from '../contract/computed-collection.ts';

/** A part of the control plane, under the name that `kubectl get componentstatuses` shows. */
export interface Component {
  readonly name: string;
  /** Returns why the component is not healthy; undefined if it is. */
  check(): string | undefined | Promise<string | undefined>;
}

async function statusOf({ name, check }: Component): Promise<ComponentStatus> {
  const health = { type: 'Healthy' };
  try {
    const fault = await check();
    const condition = fault === undefined ? { ...health, status: 'True', message: 'ok' } : { ...health, status: 'False', message: fault };
    return { metadata: { name }, conditions: [condition] };
  } catch (error) {
    return { metadata: { name }, conditions: [{ ...health, status: 'Unknown', error: error instanceof Error ? error.message : String(error) }] };
  }
}

/** Serves ComponentStatuses: each request checks the components that it reads (k8s.io/kubernetes/pkg/registry/core/componentstatus). */
export function componentStatusCollection(components: readonly Component[]): ComputedCollection {
  return {
    group: kind.group,
    plural: kind.plural,
    list: () => Promise.all(components.map(statusOf)),
    async get(name) {
      const component = components.find((each) => each.name === name);
      // Upstream gives no reason here, and the code of a fault of the server.
      if (!component) throw new StatusError('', `Component not found: ${name}`);
      return statusOf(component);
    },
  };
}
