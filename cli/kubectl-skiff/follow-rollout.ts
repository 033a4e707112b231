import { isExpired } from '../../api/meta/status-error.ts';
import { rolloutStatus } from './rollout-status.ts';
import type { Session } from './session.ts';
import type { Target } from './workload.ts';

export interface FollowOptions {
  readonly watch: boolean;
  readonly revision: number;
  /** Milliseconds; 0 for no limit. */
  readonly timeoutMs: number;
}

/**
 * Prints the status of a rollout at each change of the object, until it is over.
 * @throws Error in kubectl's words if the rollout fails, the object is deleted, or the time is over
 */
export async function followRollout(session: Session, target: Target, { watch, revision, timeoutMs }: FollowOptions): Promise<void> {
  const { client, namespace, clock, print } = session;
  const name = target.object.metadata.name ?? '';
  const end = new AbortController();
  let outcome: 'over' | Error | undefined;
  const finish = (result: 'over' | Error) => {
    outcome ??= result;
    end.abort();
  };
  const show = (object: Target['object']) => {
    if (outcome) return;
    try {
      const { text, done } = rolloutStatus({ kind: target.kind, object }, revision);
      print(text);
      if (done || !watch) finish('over');
    } catch (error) {
      finish(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const cancel = timeoutMs > 0 ? clock.after(timeoutMs, () => finish(new Error('timed out waiting for the condition'))) : () => {};
  try {
    show(target.object);
    let { resourceVersion } = target.object.metadata;
    while (!outcome) {
      const options = { namespace, fieldSelector: `metadata.name=${name}`, resourceVersion };
      try {
        await client.watch(
          target.kind,
          options,
          (event) => {
            if (event.type === 'BOOKMARK') resourceVersion = event.resourceVersion;
            else if (event.type === 'DELETED') finish(new Error('object has been deleted'));
            else {
              resourceVersion = event.object.metadata.resourceVersion;
              show(event.object);
            }
          },
          end.signal,
        );
      } catch (error) {
        if (!isExpired(error)) throw error;
        const object = await client.get(target.kind, { namespace, name });
        resourceVersion = object.metadata.resourceVersion;
        show(object);
      }
    }
  } finally {
    cancel();
  }
  if (outcome !== 'over') throw outcome;
}
