import type { Secret } from '../../api/kinds/core/secret.ts';
import { secrets } from '../../api/kinds/core/secret.ts';
import type { Live } from '../../api/meta/object.ts';
import { isNotFound } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { StorageAccess } from '../contract/storage-access.ts';

/** The label of a token's secret with the day of its last use, by which unused ones are found (KEP-2800). */
export const LAST_USED = 'kubernetes.io/legacy-token-last-used';

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const DAY_MS = 86_400_000;

export interface TokenUses {
  /** Notes that the token of a secret is used; writes once a day at most, after the request. */
  note(secret: Live<Secret>): void;
}

/** Keeps the day of last use on secrets that hold a service account's token. A day that is one ahead is another server's, whose clock is. */
export function tokenUses(objects: Pick<StorageAccess, 'modify'>, clock: Clock, log: Logger): TokenUses {
  const underway = new Set<string>();

  async function write(uid: string, namespace: string, name: string, today: string): Promise<void> {
    try {
      await objects.modify(secrets, { namespace, name }, (current) => {
        if (current.metadata.uid !== uid || current.metadata.labels?.[LAST_USED] === today) return current;
        return { ...current, metadata: { ...current.metadata, labels: { ...current.metadata.labels, [LAST_USED]: today } } };
      });
    } catch (error) {
      if (!isNotFound(error)) log.warn({ err: error, secret: `${namespace}/${name}` }, 'the day of last use of a token could not be noted');
    } finally {
      underway.delete(uid);
    }
  }

  return {
    note(secret) {
      const { uid, namespace = '', name = '', labels } = secret.metadata;
      const today = dayOf(clock.now());
      const noted = labels?.[LAST_USED];
      if (noted === today || noted === dayOf(clock.now() + DAY_MS) || underway.has(uid)) return;
      underway.add(uid);
      void write(uid, namespace, name, today);
    },
  };
}
