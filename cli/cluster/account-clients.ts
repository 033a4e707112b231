import type { TokenRequest } from '../../api/kinds/authentication/token-request.ts';
import { serviceAccounts } from '../../api/kinds/core/service-account.ts';
import { isAlreadyExists, isNotFound } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { HttpsClientOptions } from '../../runtime/client/https-client.ts';
import { createHttpsClient } from '../../runtime/client/https-client.ts';

const NAMESPACE = 'kube-system';
const LIFE_SECONDS = 3600;
/** A token is replaced after this part of its life, so that none is refused for its age. */
const USED_FOR = 0.8;

/**
 * Returns a function that makes clients which act as service accounts in kube-system, each with a token of an hour that is replaced in time
 * (upstream's --use-service-account-credentials). An account that is not there is created.
 * @param root may create service accounts and their tokens
 */
export function accountClients(root: Client, access: HttpsClientOptions, clock: Clock): (account: string) => Client {
  const { cert: _cert, key: _key, identity: _identity, basic: _basic, prepare: _prepare, ...server } = access;
  const clients = new Map<string, Client>();
  return (account) => {
    const client = clients.get(account) ?? createHttpsClient({ ...server, token: tokens(root, account, clock) });
    clients.set(account, client);
    return client;
  };
}

function tokens(root: Client, account: string, clock: Clock): () => Promise<string> {
  let current: { readonly token: Promise<string>; readonly until: number } | undefined;
  return () => {
    if (current && clock.monotonic() < current.until) return current.token;
    const next = { token: requestToken(root, account), until: clock.monotonic() + USED_FOR * LIFE_SECONDS * 1000 };
    current = next;
    // The next request tries again.
    next.token.catch(() => {
      if (current === next) current = undefined;
    });
    return next.token;
  };
}

async function requestToken(root: Client, name: string): Promise<string> {
  const request: TokenRequest = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: LIFE_SECONDS } };
  const ask = () => root.createSubresource<TokenRequest>(serviceAccounts, { namespace: NAMESPACE, name }, 'token', request);
  let answer: TokenRequest;
  try {
    answer = await ask();
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await root.create(serviceAccounts, { metadata: { namespace: NAMESPACE, name } }).catch((refusal: unknown) => {
      if (!isAlreadyExists(refusal)) throw refusal;
    });
    answer = await ask();
  }
  if (!answer.status?.token) throw new Error(`the server issued no token for service account ${NAMESPACE}/${name}`);
  return answer.status.token;
}
