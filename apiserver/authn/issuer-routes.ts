import type { RouteHandler } from '../contract/route.ts';
import { jsonResponse } from '../encode/plain-response.ts';
import type { ServiceAccountTokens } from './service-account-token.ts';

/** Tells others how to verify service-account tokens (https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#service-account-issuer-discovery). */
export function issuerRoutes(tokens: ServiceAccountTokens, externalUrl: string): readonly RouteHandler[] {
  const configuration = {
    issuer: tokens.issuer,
    jwks_uri: `${externalUrl}/openid/v1/jwks`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256', 'RS256'],
  };
  return [
    { path: '/.well-known/openid-configuration', handle: () => jsonResponse(200, configuration) },
    { path: '/openid/v1/jwks', handle: () => jsonResponse(200, tokens.jwks(), 'application/jwk-set+json') },
  ];
}
