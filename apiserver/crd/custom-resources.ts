import { customResourceDefinitions } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import type { Logger } from '../../base/log.ts';
import type { Registry } from '../contract/resource.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import type { WebhookClient } from '../webhook/webhook-client.ts';
import { customResourceCleanup } from './cleanup-plugin.ts';
import { finalizerController } from './finalizer-controller.ts';
import { hasCondition } from './names.ts';
import { namingController } from './naming-controller.ts';
import { servedDefinitions } from './served-definitions.ts';
import { servingController } from './serving-controller.ts';
import { customResourceTermination } from './termination-plugin.ts';

export interface CustomResourcesOptions {
  readonly objects: StorageAccess;
  readonly registry: Registry;
  readonly log: Logger;
  /** Loads the client of webhooks, for definitions whose versions one converts. */
  readonly webhookClient: () => Promise<WebhookClient>;
}

/**
 * The part of the server that serves the kinds of CustomResourceDefinitions: it accepts their names, serves their kinds from then on, follows
 * their changes, and removes the objects of those that are deleted. `start` resolves once all established ones are served again.
 */
export function customResources({ objects, registry, log, webhookClient }: CustomResourcesOptions) {
  const served = servedDefinitions(registry, async () => {
    const [{ convertedKinds }, client] = await Promise.all([import('./webhook-converter.ts'), webhookClient()]);
    return (crd, kinds) => convertedKinds(crd, kinds, client);
  });
  return {
    name: 'custom-resources',
    hooks: ['start-apiextensions-informers', 'start-apiextensions-controllers', 'crd-informer-synced'],
    plugins: [customResourceTermination(objects), customResourceCleanup(objects)],
    controllers: [namingController(objects), servingController(objects, served), finalizerController(objects, served)],
    async start(): Promise<void> {
      const established = objects.list(customResourceDefinitions).filter((crd) => hasCondition(crd, 'Established'));
      await Promise.all(
        established.map(async (crd) => {
          try {
            await served.serve(crd);
          } catch (error) {
            log.warn({ err: error, customResourceDefinition: crd.metadata.name }, 'a custom resource definition is not served: trying again');
          }
        }),
      );
    },
  };
}
