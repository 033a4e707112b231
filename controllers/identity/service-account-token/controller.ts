import type { Kind } from '../../../api/definition/kind.ts';
import type { TokenRequest } from '../../../api/kinds/authentication/token-request.ts';
import type { Secret } from '../../../api/kinds/core/secret.ts';
import type { ServiceAccount } from '../../../api/kinds/core/service-account.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { indexed } from '../../../runtime/control/wiring.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { unlessGone } from '../../_shared/refusals.ts';
import { ACCOUNT_NAME, ACCOUNT_TOKEN, ACCOUNT_UID, accountOf, missingData } from './plan.ts';

/** The longest that can be requested. Such a token ends with its secret or its account. */
const EXPIRATION_SECONDS = 2 ** 32;

export interface ServiceAccountTokenKinds {
  readonly secrets: Kind<Secret>;
  readonly serviceAccounts: Kind<ServiceAccount>;
}

/**
 * Fills the token secrets that users create for service accounts, and deletes those whose account is deleted
 * (https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets). Pods do not need them: they get tokens of their own.
 */
export function serviceAccountTokenController(kinds: ServiceAccountTokenKinds, rootCaPem: string): ControllerDefinition {
  const isOfAccount = (secret: Live<Secret>) => accountOf(secret) !== undefined;
  return {
    name: 'serviceaccount-token-controller',
    component: 'serviceaccount-token-controller',
    concurrency: 5,
    for: primary(kinds.secrets, { when: { create: isOfAccount, update: isOfAccount }, priority: 'normal' }),
    watches: [
      watched(kinds.serviceAccounts, {
        when: { create: true, delete: true },
        map: (account, { informers }) =>
          informers
            .of(kinds.secrets)
            .byIndex(ACCOUNT_TOKEN, keyText(keyOf(account)))
            .map(keyOf),
        priority: 'normal',
      }),
    ],
    indexes: [indexed(kinds.secrets, indexByAccount)],
    reconcile: (env) => {
      const secrets = env.informers.of(kinds.secrets);
      return async (key) => {
        const secret = secrets.get(key);
        const name = secret && accountOf(secret);
        if (secret === undefined || name === undefined) return DONE;
        // By a stale cache a good token would be deleted: ask the server.
        const account = await unlessGone(env.client.get(kinds.serviceAccounts, { namespace: key.namespace, name }));
        const uid = secret.metadata.annotations?.[ACCOUNT_UID];
        if (account === undefined || (uid !== undefined && uid !== account.metadata.uid)) await remove(env, kinds, secret);
        else await fill(env, kinds, secret, account, rootCaPem);
        return DONE;
      };
    },
  };
}

function indexByAccount(secrets: Informer<Secret>): void {
  secrets.addIndex(ACCOUNT_TOKEN, (secret) => {
    const name = accountOf(secret);
    return name === undefined ? [] : [keyText({ namespace: secret.metadata.namespace ?? '', name })];
  });
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
