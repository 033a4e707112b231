import type { Kind } from '../../api/definition/kind.ts';
import { validatingWebhookConfigurations } from '../../api/kinds/admissionregistration/validating-webhook-configuration.ts';
import { secrets } from '../../api/kinds/core/secret.ts';
import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../api/meta/status-error.ts';
import type { CountedKind } from '../../api/quota/usage.ts';
import { createBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { SubjectAltNames } from '../../base/x509/certificate.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { ControllerDefinition } from '../../runtime/control/controller.ts';
import { semanticallyEqual } from '../_shared/equality.ts';
import type { WebhookAddress, WebhookSettings } from './configuration.ts';
import { webhooksOf } from './configuration.ts';
import type { Keyring } from './keyring.ts';
import { keyringData, keyringOf, renewedKeyring } from './keyring.ts';

export interface WebhookObjects {
  /** The Secret that the replicas share. */
  readonly secret: ObjectKey;
  /** The name of the ValidatingWebhookConfiguration. */
  readonly configuration: string;
  readonly settings: WebhookSettings;
  readonly concepts: readonly Kind[];
  readonly counted: readonly (Kind & CountedKind)[];
}

/** The period after which Secret and configuration are looked at again, in milliseconds. */
const CHECK_MS = 30_000;

/**
 * Keeps the webhook's certificates and its ValidatingWebhookConfiguration, in the replica that leads. It creates the two objects if they are
 * missing; with the chart they belong to the release, and are filled in.
 */
export function webhookKeeper(objects: WebhookObjects): ControllerDefinition {
  return {
    name: 'webhook-keeper',
    component: 'webhook-keeper',
    concurrency: 1,
    setup: ({ client, clock, log }) => ({
      reconcile: async () => ({ done: true }),
      run: (signal) => keepUp({ clock, log, signal }, () => keepWebhook(client, clock, objects)),
    }),
  };
}

interface Loop {
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Calls a function every half minute; a failure is logged and tried again soon, with back-off. */
async function keepUp({ clock, log, signal }: Loop, keep: () => Promise<void>): Promise<void> {
  const backoff = createBackoff({ initialMs: 200, maxMs: CHECK_MS });
  while (!signal.aborted) {
    let pauseMs = CHECK_MS;
    try {
      await keep();
      backoff.reset();
    } catch (error) {
      pauseMs = backoff.next();
      if (isConflict(error) || isAlreadyExists(error)) log.debug({ err: error }, 'lost a race: trying again');
      else log.warn({ err: error, retryInMs: pauseMs }, 'the webhook could not be set up: trying again');
    }
    await sleep(clock, pauseMs, signal);
  }
}

/** Makes or renews the keys, then sees to it that the configuration trusts them. */
export async function keepWebhook(client: Client, clock: Clock, objects: WebhookObjects): Promise<void> {
  const ring = await keepKeyring(client, clock, objects);
  const key = { namespace: '', name: objects.configuration };
  const webhooks = webhooksOf(objects.settings, objects.concepts, objects.counted, ring.bundle);
  const current = await orMissing(client.get(validatingWebhookConfigurations, key));
  if (!current) await client.create(validatingWebhookConfigurations, { metadata: { name: key.name }, webhooks });
  else if (!semanticallyEqual(current.webhooks, webhooks)) await client.update(validatingWebhookConfigurations, { ...current, webhooks });
}

async function keepKeyring(client: Client, clock: Clock, { secret: key, settings }: WebhookObjects): Promise<Keyring> {
  const secret = await orMissing(client.get(secrets, key));
  const ring = secret && keyringOf(secret);
  const next = await renewedKeyring(ring, namesOf(settings.address), clock.now());
  if (!secret) await client.create(secrets, { metadata: { ...key }, data: keyringData(next) });
  else if (next !== ring) await client.update(secrets, { ...secret, data: { ...secret.data, ...keyringData(next) } });
  return next;
}

async function orMissing<T extends KubeObject>(read: Promise<Live<T>>): Promise<Live<T> | undefined> {
  try {
    return await read;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Returns the names that API servers verify. */
export function namesOf(address: WebhookAddress): SubjectAltNames {
  if ('url' in address) {
    const host = new URL(address.url).hostname.replace(/^\[|\]$/g, '');
    return /^[\d.]+$|:/.test(host) ? { names: [], ips: [host] } : { names: [host], ips: [] };
  }
  const { namespace, name } = address.service;
  return { names: [`${name}.${namespace}.svc`, `${name}.${namespace}`, `${name}.${namespace}.svc.cluster.local`], ips: [] };
}
