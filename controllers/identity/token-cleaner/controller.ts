import type { Kind } from '../../../api/definition/kind.ts';
import type { Secret } from '../../../api/kinds/core/secret.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { unlessGone } from '../../_shared/refusals.ts';

const BOOTSTRAP_TOKEN = 'bootstrap.kubernetes.io/token';

const isToken = (secret: Secret): boolean => secret.type === BOOTSTRAP_TOKEN && secret.metadata?.namespace === 'kube-system';

/** When a bootstrap token ends, in milliseconds since the epoch; undefined for one that does not. */
export function expiryOf(secret: Secret): number | undefined {
  const encoded = secret.type === BOOTSTRAP_TOKEN ? secret.data?.expiration : undefined;
  if (encoded === undefined) return undefined;
  const expiry = Date.parse(Buffer.from(encoded, 'base64').toString());
  // What cannot be read does not admit anybody either: authentication refuses it.
  return Number.isNaN(expiry) ? 0 : expiry;
}

/** Deletes bootstrap tokens that have expired. */
export function tokenCleanerController(kinds: { secrets: Kind<Secret> }): ControllerDefinition {
  return {
    name: 'token-cleaner-controller',
    component: 'token-cleaner',
    concurrency: 1,
    setup(env) {
      const tokens = env.informers.of(kinds.secrets);
      const wake = (secret: Live<Secret>) => {
        if (isToken(secret)) env.enqueue(keyOf(secret));
      };
      tokens.on({ add: wake, update: wake });
      return {
        needs: [tokens],
        async reconcile(key) {
          const secret = tokens.get(key);
          if (secret === undefined) return DONE;
          const expiry = expiryOf(secret);
          if (expiry === undefined) return DONE;
          const left = expiry - env.clock.now();
          if (left > 0) return { requeueAfterMs: left };
          const { uid, resourceVersion } = secret.metadata;
          await unlessGone(env.client.delete(kinds.secrets, key, { preconditions: { uid, resourceVersion } }));
          return DONE;
        },
      };
    },
  };
}
