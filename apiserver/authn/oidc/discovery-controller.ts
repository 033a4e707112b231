import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import type { OidcAuthenticator } from './oidc-authenticator.ts';

/** Fetches the keys of OpenID Connect issuers in the background; an issuer that does not answer is asked again with back-off. */
export function discoveryController(authenticators: readonly OidcAuthenticator[]): ControllerDefinition {
  const byUrl = new Map(authenticators.map((authenticator) => [authenticator.issuer.url, authenticator]));
  return {
    name: 'oidc-discovery-controller',
    component: 'oidc-discovery-controller',
    concurrency: Math.max(1, authenticators.length),
    setup({ enqueue }) {
      for (const url of byUrl.keys()) enqueue({ namespace: '', name: url });
      return {
        async reconcile({ name }) {
          await byUrl.get(name)?.keys.fetch();
          return DONE;
        },
      };
    },
  };
}
