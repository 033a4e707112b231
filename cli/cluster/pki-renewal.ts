import { X509Certificate } from 'node:crypto';
import type { ClusterPki } from '../../apiserver/pki/cluster-pki.ts';
import { nextRenewal } from '../../apiserver/pki/cluster-pki.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';

export interface PkiRenewalOptions {
  readonly pki: ClusterPki;
  /** Reads the keys again, and renews what is due (`ensurePki`). */
  readonly ensure: () => Promise<ClusterPki>;
  /** Called with the new keys after a renewal. */
  readonly renewed: (pki: ClusterPki) => void | Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The time is looked at this often: the clock of a machine may jump. */
const LOOK_MS = 60 * 60_000;
const RETRY_MS = 60_000;
const DAY_MS = 86_400_000;
/** An authority whose end is closer is warned of daily: to replace it takes time. */
const WARN_DAYS = 90;

/** Returns the days that an authority has left if they are few: less than 90, and than a fifth of its life. */
export function fewDaysLeft(certificate: string, now: number): number | undefined {
  const { validFromDate, validToDate } = new X509Certificate(certificate);
  const left = validToDate.getTime() - now;
  const life = validToDate.getTime() - validFromDate.getTime();
  return left < Math.min(WARN_DAYS * DAY_MS, life / 5) ? Math.floor(left / DAY_MS) : undefined;
}

/** Renews the certificates of a control plane while it runs, until the signal aborts; warns when its authority is about to end. */
export async function keepPkiRenewed({ pki, ensure, renewed, clock, log }: PkiRenewalOptions, signal: AbortSignal): Promise<void> {
  let current = pki;
  let warned = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    const now = clock.now();
    const days = fewDaysLeft(current.ca.certificate, now);
    if (days !== undefined && now - warned >= DAY_MS) {
      warned = now;
      log.warn({ days }, "the cluster's certificate authority is about to expire: no certificate outlives it, and skiff does not replace it");
    }
    const left = nextRenewal(current) - now;
    if (left > 0) {
      await sleep(clock, Math.min(left, LOOK_MS), signal);
      continue;
    }
    try {
      current = await ensure();
      await renewed(current);
      log.info('the certificates of the control plane were renewed');
    } catch (error) {
      log.error({ err: error }, 'the certificates of the control plane could not be renewed');
    }
    // A certificate that ends with its authority is due again at once.
    if (nextRenewal(current) <= clock.now()) await sleep(clock, RETRY_MS, signal);
  }
}
