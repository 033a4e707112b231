import type { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import { customResourceDefinitions } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import type { Live, ObjectKey } from '../../api/meta/object.ts';
import { isNotFound } from '../../api/meta/status-error.ts';
import { timeText } from '../../base/clock.ts';
import type { DeclaredController } from '../../runtime/control/controller.ts';
import { watched } from '../../runtime/control/watched.ts';
import { DONE } from '../../runtime/queue/result.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { hasCondition, withStatus } from './names.ts';

const NAME = 'crd_naming_condition_controller';

/** Accepts the names of definitions, one at a time, and establishes those whose names are free. */
export function namingController(objects: StorageAccess): DeclaredController {
  /** The names of the definitions that wait for names which others of their group hold. */
  const waiting = new Set<string>();
  return {
    name: NAME,
    component: NAME,
    concurrency: 1,
    for: customResourceDefinitions,
    // A definition that goes, or changes, may leave names to those that wait for them.
    watches: [watched(customResourceDefinitions, { map: (crd) => waitingBeside(crd, waiting) })],
    reconcile:
      ({ clock }) =>
      async (key) => {
        const accepted = (current: Live<CustomResourceDefinition>) =>
          current.metadata.deletionTimestamp ? current : withStatus(current, objects.list(customResourceDefinitions), timeText(clock.now()));
        try {
          const crd = await objects.modify(customResourceDefinitions, key, accepted);
          if (hasCondition(crd, 'NamesAccepted')) waiting.delete(key.name);
          else waiting.add(key.name);
        } catch (error) {
          if (!isNotFound(error)) throw error;
          waiting.delete(key.name);
        }
        return DONE;
      },
  };
}

function waitingBeside({ metadata: { name }, spec: { group } }: Live<CustomResourceDefinition>, waiting: ReadonlySet<string>): ObjectKey[] {
  if (waiting.size === 0) return [];
  return [...waiting].filter((other) => other !== name && other.endsWith(`.${group}`)).map((other) => ({ namespace: '', name: other }));
}
