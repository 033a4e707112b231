import type { DaemonSet } from '../../../api/kinds/apps/daemon-set/schema.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import { isConflict, isNotFound } from '../../../api/meta/status-error.ts';
import type { Expectations } from '../../../runtime/control/expectations.ts';
import { slowStart } from '../../../runtime/control/slow-start.ts';
import { isNamespaceTerminating } from '../../_shared/refusals.ts';
import type { PodControl } from '../../_shared/replicas/pod-control.ts';
import { daemonTemplate, templateFor } from './daemon-pod.ts';
import type { Plan } from './round.ts';

/** Limits the pods that one round creates, and those that it deletes; the rest follows in the next. */
const BURST = 250;

export interface ApplyParts {
  readonly expectations: Expectations;
  readonly podControl: PodControl;
}

/** Carries out the plan. Expectations are declared before the writes, and taken back for those that failed. Returns the first error. */
export async function apply({ expectations, podControl }: ApplyParts, set: Live<DaemonSet>, plan: Plan, hash: string): Promise<unknown> {
  const key = keyText(keyOf(set));
  const create = plan.create.slice(0, BURST);
  const remove = plan.remove.slice(0, BURST);
  if (create.length === 0 && remove.length === 0) return undefined;
  expectations.expect(
    key,
    create.length,
    remove.map(({ metadata }) => metadata.uid),
  );
  const template = daemonTemplate(set, hash);
  const { successes, error } = await slowStart(create.length, async (index) => {
    try {
      await podControl.create(set, templateFor(template, create[index] ?? ''));
    } catch (caught) {
      // Nothing can be created in a terminating namespace any more.
      if (!isNamespaceTerminating(caught)) throw caught;
    }
  });
  for (let i = successes; i < create.length; i++) expectations.creationObserved(key);
  const errors = await Promise.all(
    remove.map(async (pod) => {
      try {
        await podControl.delete(set, pod);
      } catch (caught) {
        expectations.deletionObserved(key, pod.metadata.uid);
        // Deleted already, or replaced by another pod of that name.
        if (!isNotFound(caught) && !isConflict(caught)) return caught;
      }
    }),
  );
  return error ?? errors.find((caught) => caught !== undefined);
}
