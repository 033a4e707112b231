import type { Kind } from '../../api/definition/kind.ts';
import { isNotFound, StatusError } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import type { Client } from '../../runtime/client/client.ts';
import { kindsNamed, objectsNamed } from './resource-names.ts';
import type { Target, Workload } from './workload.ts';

/** The parts that a command of the plugin works with. */
export interface Session {
  readonly client: Client;
  readonly namespace: string;
  readonly clock: Clock;
  /** Writes to standard output. */
  readonly print: (text: string) => void;
}

/**
 * Reads the objects that the arguments name. A type without a group means skiff.dev's kind if there is such an object, else the cluster's.
 * @throws StatusError of the last kind that was tried, if there is none; Error for a type of no kind
 */
export async function targetsOf(session: Session, args: readonly string[]): Promise<readonly Target[]> {
  return Promise.all(objectsNamed(args).map(({ type, name }) => targetOf(session, kindsNamed(type), name)));
}

async function targetOf({ client, namespace }: Session, kinds: readonly Kind<Workload>[], name: string): Promise<Target> {
  let missing: StatusError | undefined;
  for (const kind of kinds) {
    try {
      return { kind, object: await client.get(kind, { namespace, name }) };
    } catch (error) {
      if (!isNotFound(error)) throw error;
      missing = error;
    }
  }
  throw missing ?? new Error(`no kind to look for ${name} in`);
}

/** Words an error as kubectl does. */
export function errorText(error: unknown): string {
  if (error instanceof StatusError && error.code !== 0) return `Error from server (${error.reason || 'Unknown'}): ${error.message}`;
  return `error: ${error instanceof Error ? error.message : String(error)}`;
}
