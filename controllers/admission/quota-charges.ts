import type { ConceptQuota, QuotaReservation } from '../../api/concepts/resource-quota.ts';
import { conceptQuotas } from '../../api/concepts/resource-quota.ts';
import type { Live, ObjectKey } from '../../api/meta/object.ts';
import { keyOf, keyText } from '../../api/meta/object.ts';
import { isConflict, isNotFound } from '../../api/meta/status-error.ts';
import type { Excess } from '../../api/quota/charge.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { Charge } from './quota-plan.ts';
import { planCharges, planRelease } from './quota-plan.ts';

export interface QuotaCharges {
  /**
   * Charges a write to a quota, by compare-and-swap on its status. Resolves to the reason if it does not fit. A quota that is gone limits nothing.
   * @throws StatusError if the status cannot be written
   */
  charge(quota: Live<ConceptQuota>, charge: Charge): Promise<Excess | undefined>;
  /** Gives back a charge that was made for a write which is refused all the same. */
  release(quota: Live<ConceptQuota>, reservation: QuotaReservation): Promise<void>;
  /** Returns the reason why a charge would be refused as things are. */
  wouldExceed(quota: Live<ConceptQuota>, charge: Charge): Promise<Excess | undefined>;
}

interface Waiting extends Charge {
  readonly resolve: (excess: Excess | undefined) => void;
  readonly reject: (error: unknown) => void;
}

interface Lane {
  waiting: Waiting[];
  /** The quota as this replica wrote or read it last. */
  latest: Live<ConceptQuota>;
  running: boolean;
}

/** A lost race is tried again so often: each time some other writer has won. */
const MAX_ATTEMPTS = 100;

/** Charges quotas. Charges of one quota that arrive while one is being written share the next write. */
export function quotaCharges(client: Client): QuotaCharges {
  const lanes = new Map<string, Lane>();

  function laneOf(quota: Live<ConceptQuota>): Lane {
    const id = keyText(keyOf(quota));
    const known = lanes.get(id);
    if (known && known.latest.metadata.uid === quota.metadata.uid) return known;
    const lane: Lane = { waiting: [], latest: quota, running: false };
    lanes.set(id, lane);
    return lane;
  }

  const read = (key: ObjectKey) => client.get(conceptQuotas, key);

  /** A refusal is given by the state that the server has: what this replica knows may be older than a deletion that made room. */
  async function write(lane: Lane, batch: readonly Waiting[]): Promise<void> {
    const key = keyOf(lane.latest);
    let quota = lane.latest;
    let isFresh = false;
    for (let attempt = 1; ; attempt++) {
      const { outcomes, status } = planCharges(quota, batch);
      if (!isFresh && outcomes.some(Boolean)) {
        quota = await read(key);
        isFresh = true;
        continue;
      }
      try {
        lane.latest = status ? await client.update(conceptQuotas, { ...quota, status }, { subresource: 'status' }) : quota;
      } catch (error) {
        if (!isConflict(error) || attempt === MAX_ATTEMPTS) throw error;
        quota = await read(key);
        isFresh = true;
        continue;
      }
      for (const [index, waiting] of batch.entries()) waiting.resolve(outcomes[index]);
      return;
    }
  }

  async function work(id: string, lane: Lane): Promise<void> {
    lane.running = true;
    while (lane.waiting.length > 0) {
      const batch = lane.waiting;
      lane.waiting = [];
      try {
        await write(lane, batch);
      } catch (error) {
        for (const waiting of batch) isNotFound(error) ? waiting.resolve(undefined) : waiting.reject(error);
      }
    }
    lane.running = false;
    if (lanes.get(id) === lane) lanes.delete(id);
  }

  return {
    charge(quota, charge) {
      const lane = laneOf(quota);
      return new Promise((resolve, reject) => {
        lane.waiting.push({ ...charge, resolve, reject });
        if (!lane.running) void work(keyText(keyOf(quota)), lane);
      });
    },
    async release(quota, { uid }) {
      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
        try {
          const current = await read(keyOf(quota));
          const status = planRelease(current, uid);
          if (status) await client.update(conceptQuotas, { ...current, status }, { subresource: 'status' });
          return;
        } catch (error) {
          if (isNotFound(error)) return;
          if (!isConflict(error)) throw error;
        }
      }
    },
    async wouldExceed(quota, charge) {
      const [excess] = planCharges(await read(keyOf(quota)), [charge]).outcomes;
      return excess;
    },
  };
}
