import { customResourceDefinitions } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import type { DeclaredController } from '../../runtime/control/controller.ts';
import { DONE } from '../../runtime/queue/result.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { hasCondition } from './names.ts';
import type { ServedDefinitions } from './served-definitions.ts';

const NAME = 'crd_serving_controller';

/** Serves the kinds of established definitions until these are gone; discovery and OpenAPI follow the registry. */
export const servingController = (objects: StorageAccess, served: ServedDefinitions): DeclaredController => ({
  name: NAME,
  component: NAME,
  concurrency: 4,
  for: customResourceDefinitions,
  reconcile: () => async (key) => {
    const crd = objects.get(customResourceDefinitions, key);
    // Kinds of a definition that was made anew under the same name go with the old one.
    served.drop(key.name, crd?.metadata.uid);
    if (crd && hasCondition(crd, 'Established')) await served.serve(crd);
    return DONE;
  },
});
