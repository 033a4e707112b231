import type { Kind } from '../../../api/definition/kind.ts';
import type { Secret } from '../../../api/kinds/core/secret.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { unlessGone } from '../../_shared/refusals.ts';

const BOOTSTRAP_TOKEN = 'bootstrap.kubernetes.io/token';

const isToken = (secret: Secret): boolean => secret.type === BOOTSTRAP_TOKEN && secret.metadata?.namespace === 'kube-system';

/** Returns the end of a bootstrap token in milliseconds since the epoch; undefined if it has none. */
export function expiryOf(secret: Secret): number | undefined {
  const encoded = secret.type === BOOTSTRAP_TOKEN ? secret.data?.expiration : undefined;
  if (encoded === undefined) return undefined;
  const expiry = Date.parse(Buffer.from(encoded, 'base64').toString());
  // A time that cannot be read admits nobody either: authentication refuses it.
  return Number.isNaN(expiry) ? 0 : expiry;
}

/** Deletes bootstrap tokens that have expired. */
export function tokenCleanerController(kinds: { secrets: Kind<Secret> }): ControllerDefinition {
  return {
    name: 'token-cleaner-controller',
    component: 'token-cleaner',
    concurrency: 1,
    for: primary(kinds.secrets, { when: { create: isToken, update: isToken }, priority: 'normal' }),
    reconcile: ({ client, clock, informers }) => {
      const secrets = informers.of(kinds.secrets);
      return async (key) => {
        const secret = secrets.get(key);
        const expiry = secret && expiryOf(secret);
        if (secret === undefined || expiry === undefined) return DONE;
        const left = expiry - clock.now();
        if (left > 0) return { requeueAfterMs: left };
        const { uid, resourceVersion } = secret.metadata;
        await unlessGone(client.delete(kinds.secrets, key, { preconditions: { uid, resourceVersion } }));
        return DONE;
      };
    },
  };
}
