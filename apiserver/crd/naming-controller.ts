import type { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import { customResourceDefinitions } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { isNotFound } from '../../api/meta/status-error.ts';
import { timeText } from '../../base/clock.ts';
import type { DeclaredController } from '../../runtime/control/controller.ts';
import { DONE } from '../../runtime/queue/result.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { withStatus } from './names.ts';

const NAME = 'crd_naming_condition_controller';

/** Accepts the names of definitions, one at a time, and establishes those whose names are free. */
export const namingController = (objects: StorageAccess): DeclaredController => ({
  name: NAME,
  component: NAME,
  concurrency: 1,
  for: customResourceDefinitions,
  reconcile:
    ({ clock }) =>
    async (key) => {
      const accepted = (current: Live<CustomResourceDefinition>) =>
        current.metadata.deletionTimestamp ? current : withStatus(current, objects.list(customResourceDefinitions), timeText(clock.now()));
      try {
        await objects.modify(customResourceDefinitions, key, accepted);
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
      return DONE;
    },
});
