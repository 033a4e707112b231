import type { Secret } from '../../api/core/secret.ts';
import type { ServiceAccount } from '../../api/core/service-account.ts';
import type { Kind } from '../../api/kind.ts';
import type { Live } from '../../api/object.ts';
import { keyOf } from '../../api/object.ts';
import type { ControllerDefinition } from '../../runtime/controller.ts';
import { DONE } from '../../runtime/controller.ts';
import { unlessGone } from '../refusals.ts';

const ACCOUNT_TOKEN = 'kubernetes.io/service-account-token';
const ACCOUNT_NAME = 'kubernetes.io/service-account.name';
const ACCOUNT_UID = 'kubernetes.io/service-account.uid';
const BOOTSTRAP_TOKEN = 'bootstrap.kubernetes.io/token';

const isToken = (secret: Secret): boolean =>
  secret.type === ACCOUNT_TOKEN || (secret.type === BOOTSTRAP_TOKEN && secret.metadata?.namespace === 'kube-system');

/** When a bootstrap token ends, in milliseconds since the epoch; undefined for one that does not. */
export function expiryOf(secret: Secret): number | undefined {
  const encoded = secret.type === BOOTSTRAP_TOKEN ? secret.data?.expiration : undefined;
  if (encoded === undefined) return undefined;
  const expiry = Date.parse(Buffer.from(encoded, 'base64').toString());
  // What cannot be read does not admit anybody either: authentication refuses it.
  return Number.isNaN(expiry) ? 0 : expiry;
}

/** Deletes token secrets that have outlived their use: of service accounts that are gone, and bootstrap tokens that have expired. */
export function tokenCleanerController(kinds: { secrets: Kind<Secret>; serviceAccounts: Kind<ServiceAccount> }): ControllerDefinition {
  return {
    name: 'token-cleaner-controller',
    component: 'token-cleaner',
    concurrency: 1,
    setup(env) {
      const tokens = env.informers.of(kinds.secrets);
      const accounts = env.informers.of(kinds.serviceAccounts);
      const wake = (secret: Live<Secret>) => {
        if (isToken(secret)) env.enqueue(keyOf(secret));
      };
      tokens.on({ add: wake, update: wake });
      accounts.on({
        delete: (account) => {
          for (const secret of tokens.list(account.metadata.namespace)) {
            if (secret.metadata.annotations?.[ACCOUNT_NAME] === account.metadata.name) wake(secret);
          }
        },
      });
      const remove = async (secret: Live<Secret>) => {
        const { uid, resourceVersion } = secret.metadata;
        await unlessGone(env.client.delete(kinds.secrets, keyOf(secret), { preconditions: { uid, resourceVersion } }));
        return DONE;
      };
      return {
        needs: [tokens, accounts],
        async reconcile(key) {
          const secret = tokens.get(key);
          if (secret === undefined) return DONE;
          if (secret.type === ACCOUNT_TOKEN) {
            const { [ACCOUNT_NAME]: name, [ACCOUNT_UID]: uid } = secret.metadata.annotations ?? {};
            if (name === undefined) return DONE;
            const account = await unlessGone(env.client.get(kinds.serviceAccounts, { namespace: key.namespace, name }));
            const valid = account !== undefined && (uid === undefined || uid === account.metadata.uid);
            return valid ? DONE : remove(secret);
          }
          const expiry = expiryOf(secret);
          if (expiry === undefined) return DONE;
          const left = expiry - env.clock.now();
          return left > 0 ? { requeueAfterMs: left } : remove(secret);
        },
      };
    },
  };
}
