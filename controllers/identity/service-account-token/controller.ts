import type { Kind } from '../../../api/definition/kind.ts';
import type { TokenRequest } from '../../../api/kinds/authentication/token-request.ts';
import type { Secret } from '../../../api/kinds/core/secret.ts';
import type { ServiceAccount } from '../../../api/kinds/core/service-account.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { unlessGone } from '../../_shared/refusals.ts';
import { ACCOUNT_NAME, ACCOUNT_TOKEN, ACCOUNT_UID, accountOf, missingData } from './plan.ts';

/** The longest that can be asked for. Such a token ends with its secret or its account. */
const EXPIRATION_SECONDS = 2 ** 32;

export interface ServiceAccountTokenKinds {
  readonly secrets: Kind<Secret>;
  readonly serviceAccounts: Kind<ServiceAccount>;
}

/**
 * Fills the token secrets that users make for service accounts, and deletes those whose account is gone
 * (https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets). Nobody else needs one: pods get tokens of their own.
 */
export function serviceAccountTokenController(kinds: ServiceAccountTokenKinds, rootCaPem: string): ControllerDefinition {
  return {
    name: 'serviceaccount-token-controller',
    component: 'serviceaccount-token-controller',
    concurrency: 5,
    setup(env) {
      const tokens = env.informers.of(kinds.secrets);
      const accounts = env.informers.of(kinds.serviceAccounts);
      tokens.addIndex(ACCOUNT_TOKEN, (secret) => {
        const name = accountOf(secret);
        return name === undefined ? [] : [`${secret.metadata.namespace}/${name}`];
      });
      const wake = (secret: Live<Secret>) => {
        if (accountOf(secret) !== undefined) env.enqueue(keyOf(secret));
      };
      const wakeTokens = (account: Live<ServiceAccount>) => {
        for (const secret of tokens.byIndex(ACCOUNT_TOKEN, `${account.metadata.namespace}/${account.metadata.name}`)) wake(secret);
      };
      tokens.on({ add: wake, update: wake });
      accounts.on({ add: wakeTokens, delete: wakeTokens });
      return {
        needs: [tokens, accounts],
        async reconcile(key) {
          const secret = tokens.get(key);
          if (secret === undefined) return DONE;
          const name = accountOf(secret);
          if (name === undefined) return DONE;
          // By a stale cache a good token would go: the server is asked.
          const account = await unlessGone(env.client.get(kinds.serviceAccounts, { namespace: key.namespace, name }));
          const uid = secret.metadata.annotations?.[ACCOUNT_UID];
          if (account === undefined || (uid !== undefined && uid !== account.metadata.uid)) await remove(env, kinds, secret);
          else await fill(env, kinds, secret, account, rootCaPem);
          return DONE;
        },
      };
    },
  };
}

async function remove(env: ControllerEnv, kinds: ServiceAccountTokenKinds, secret: Live<Secret>): Promise<void> {
  const { uid, resourceVersion } = secret.metadata;
  await unlessGone(env.client.delete(kinds.secrets, keyOf(secret), { preconditions: { uid, resourceVersion } }));
}

async function fill(
  env: ControllerEnv,
  kinds: ServiceAccountTokenKinds,
  secret: Live<Secret>,
  account: Live<ServiceAccount>,
  rootCaPem: string,
): Promise<void> {
  const missing = missingData(secret, rootCaPem);
  if (!missing) return;
  const data = { ...secret.data, ...missing.data };
  if (missing.token) data.token = Buffer.from(await tokenFor(env, kinds, secret, account)).toString('base64');
  const annotations = { ...secret.metadata.annotations, [ACCOUNT_NAME]: account.metadata.name, [ACCOUNT_UID]: account.metadata.uid };
  await unlessGone(env.client.update(kinds.secrets, { ...secret, metadata: { ...secret.metadata, annotations }, data }));
}

async function tokenFor(env: ControllerEnv, kinds: ServiceAccountTokenKinds, secret: Live<Secret>, account: Live<ServiceAccount>): Promise<string> {
  const { name, uid } = secret.metadata;
  const request: TokenRequest = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: EXPIRATION_SECONDS, boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name, uid } },
  };
  const answer: TokenRequest = await env.client.createSubresource(kinds.serviceAccounts, keyOf(account), 'token', request);
  if (!answer.status?.token) throw new Error(`the server issued no token for service account ${account.metadata.name}`);
  return answer.status.token;
}
