import type { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import { customResourceDefinitions } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import type { APIService } from '../../api/kinds/apiregistration/index.ts';
import { apiServices } from '../../api/kinds/apiregistration/index.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../api/meta/status-error.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { ControllerDefinition } from '../../runtime/control/controller.ts';
import { watched } from '../../runtime/control/watched.ts';
import { indexed } from '../../runtime/control/wiring.ts';
import { DONE } from '../../runtime/queue/result.ts';
import { customApiService, serviceName } from './desired-services.ts';
import type { RegistrationAction } from './registration-plan.ts';
import { planRegistration } from './registration-plan.ts';

const NAME = 'autoregister';
const SERVED_AS = 'apiService';

const keyFor = (name: string) => ({ namespace: '', name });
const namesOf = ({ spec }: CustomResourceDefinition, served: boolean): string[] =>
  (spec.versions ?? []).filter((version) => version.served || !served).map(({ name }) => serviceName(spec.group, name));

/**
 * Keeps the APIServices of the server's own versions, `builtin`, and of the versions of custom resources
 * (k8s.io/kube-aggregator/pkg/controllers/autoregister, pkg/controlplane/controller/crdregistration).
 */
export const registrationController = (builtin: ReadonlyMap<string, APIService>): ControllerDefinition => ({
  name: NAME,
  component: NAME,
  concurrency: 5,
  setup({ client, informers, enqueue }) {
    const definitions = informers.of(customResourceDefinitions);
    const services = informers.of(apiServices);
    const synced = new Set<string>();
    let atStart: ReadonlySet<string> | undefined;
    for (const name of builtin.keys()) enqueue(keyFor(name));

    function desiredOf(name: string): APIService | undefined {
      const own = builtin.get(name);
      if (own || definitions.byIndex(SERVED_AS, name).length === 0) return own;
      const dot = name.indexOf('.');
      return customApiService(name.slice(dot + 1), name.slice(0, dot));
    }

    return {
      for: apiServices,
      watches: [watched(customResourceDefinitions, { map: (crd) => namesOf(crd, false).map(keyFor) })],
      indexes: [indexed(customResourceDefinitions, (informer) => informer.addIndex(SERVED_AS, (crd) => namesOf(crd, true)))],
      async reconcile({ name }) {
        atStart ??= new Set(services.list().map(({ metadata }) => metadata.name));
        const current = services.get(keyFor(name));
        const state = { desired: desiredOf(name), current, hasSynced: synced.has(name), wasThereAtStart: atStart.has(name) };
        await perform(client, name, planRegistration(state));
        synced.add(name);
        return DONE;
      },
    };
  },
});

/** Performs an action. One that somebody else was faster with is looked at again when the informer shows it. */
async function perform(client: Client, name: string, action: RegistrationAction): Promise<void> {
  try {
    switch (action.type) {
      case 'create':
        await client.create(apiServices, action.apiService);
        break;
      case 'update':
        await client.update(apiServices, action.apiService);
        break;
      case 'delete':
        await client.delete(apiServices, keyFor(name), { preconditions: { uid: action.uid } });
        break;
      case 'none':
    }
  } catch (error) {
    const isLost = action.type === 'create' ? isAlreadyExists(error) : isNotFound(error) || isConflict(error);
    if (!isLost) throw error;
  }
}
