import { conceptQuotas } from '../../api/concepts/resource-quota.ts';
import { secrets } from '../../api/kinds/core/secret.ts';
import { isNotFound } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { Runnable } from '../../runtime/control/runnable.ts';
import type { Informers } from '../../runtime/watch/informer.ts';
import { validateConcept } from './concept-validation.ts';
import { QUOTA_PATH, VALIDATION_PATH } from './configuration.ts';
import type { WebhookObjects } from './keeper.ts';
import type { Keyring } from './keyring.ts';
import { keyringOf } from './keyring.ts';
import { quotaAdmission } from './quota-admission.ts';
import { quotaCharges } from './quota-charges.ts';
import type { Admission, ReviewServer } from './server.ts';
import { serveReviews } from './server.ts';

export interface WebhookOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly port: number;
  /** Makes the informers of the webhook, which end with the signal. */
  readonly informers: (signal: AbortSignal) => Informers;
  readonly objects: WebhookObjects;
}

/** The pauses between looks at the Secret, in milliseconds: until it holds keys, and afterwards. */
const FIRST_LOOK_MS = 500;
const NEXT_LOOK_MS = 30_000;

/**
 * Serves the webhook, in every replica whether it leads or not, with the keys that the leading one keeps in the Secret. It is ready once it
 * listens and knows the quotas.
 */
export function admissionWebhook({ client, clock, log, port, informers, objects }: WebhookOptions): Runnable {
  let markReady = () => {};
  const ready = new Promise<void>((resolve) => {
    markReady = resolve;
  });
  return {
    ready,
    async run(signal) {
      const quotas = informers(signal).of(conceptQuotas);
      const charges = quotaCharges(client);
      const quotaOf = quotaAdmission({ counted: objects.counted, quotasIn: quotas.list, charges, clock, log });
      const admissions = new Map<string, Admission>([
        [VALIDATION_PATH, validateConcept],
        [QUOTA_PATH, quotaOf],
      ]);
      let server: ReviewServer | undefined;
      let served: Keyring | undefined;
      while (!signal.aborted) {
        const ring = await readKeyring(client, objects, log);
        if (ring && ring.serving.certificate !== served?.serving.certificate) {
          if (server) server.serveWith(ring.serving);
          else server = await serveReviews({ port, serving: ring.serving, admissions, log });
          log.info({ port: server.port }, served ? 'the webhook serves a new certificate' : 'the webhook serves');
          if (!served) void quotas.ready.then(markReady);
          served = ring;
        }
        await sleep(clock, served ? NEXT_LOOK_MS : FIRST_LOOK_MS, signal);
      }
      await server?.close();
    },
  };
}

/** Reads the shared keys; a failure is logged, and the next look comes soon. */
async function readKeyring(client: Client, { secret }: WebhookObjects, log: Logger): Promise<Keyring | undefined> {
  try {
    return keyringOf(await client.get(secrets, secret));
  } catch (error) {
    if (!isNotFound(error)) log.warn({ err: error, secret }, "the webhook's Secret could not be read: trying again");
    return undefined;
  }
}
