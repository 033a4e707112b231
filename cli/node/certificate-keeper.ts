import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { KeyPair } from '../../base/x509/certificate.ts';
import { renewalTime } from '../../base/x509/renewal.ts';

export interface KeeperOptions {
  /** Appears in the log: `client` or `serving`. */
  readonly name: string;
  /** Undefined if there is none yet. */
  readonly pair: KeyPair | undefined;
  /** Obtains another one, and keeps it for the next start. A throw is logged, and it is called again after a while. */
  readonly renew: (signal: AbortSignal) => Promise<KeyPair>;
  readonly clock: Clock;
  /** Spreads the renewals of many nodes. */
  readonly random: Random;
  readonly log: Logger;
}

/** A certificate that is renewed before it ends. */
export interface CertificateKeeper {
  current(): KeyPair | undefined;
  /** Calls back after each replacement. Returns the removal. */
  subscribe(changed: () => void): () => void;
  /** The attempts to renew it that have failed. */
  failures(): number;
  /** Renews until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

/** The clock of a machine may jump, as after a suspend: the time is looked at this often. */
const LOOK_MS = 60 * 60_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

/** Keeps one certificate of a node fresh: it is renewed between 70 and 90 % of its life, as kubelet does. */
export function createCertificateKeeper({ name, pair, renew, clock, random, log }: KeeperOptions): CertificateKeeper {
  let current = pair;
  let failures = 0;
  const listeners = new Set<() => void>();

  async function untilDue(signal: AbortSignal): Promise<void> {
    if (!current) return;
    const due = renewalTime(current.certificate, random());
    while (!signal.aborted) {
      const left = due - clock.now();
      if (left <= 0) return;
      await sleep(clock, Math.min(left, LOOK_MS), signal);
    }
  }

  async function renewed(signal: AbortSignal): Promise<void> {
    for (let retryMs = FIRST_RETRY_MS; !signal.aborted; retryMs = Math.min(2 * retryMs, LAST_RETRY_MS)) {
      try {
        current = await renew(signal);
        log.info({ certificate: name }, 'a certificate of the node was issued');
        for (const listener of listeners) listener();
        return;
      } catch (error) {
        if (signal.aborted) return;
        failures++;
        log.warn({ err: error, certificate: name, retryMs }, 'a certificate of the node could not be renewed');
        await sleep(clock, retryMs, signal);
      }
    }
  }

  return {
    current: () => current,
    subscribe(changed) {
      listeners.add(changed);
      return () => void listeners.delete(changed);
    },
    failures: () => failures,
    async run(signal) {
      while (!signal.aborted) {
        await untilDue(signal);
        if (!signal.aborted) await renewed(signal);
      }
    },
  };
}

/** A certificate and its key as clients present them; the same object until the certificate is replaced. */
export function identityFrom(keeper: CertificateKeeper, first: KeyPair): () => { readonly cert: string; readonly key: string } {
  const presented = ({ certificate: cert, key }: KeyPair) => ({ cert, key });
  let identity = presented(first);
  keeper.subscribe(() => {
    identity = presented(keeper.current() ?? first);
  });
  return () => identity;
}
