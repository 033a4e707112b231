import type { Registry } from 'prom-client';
import { GIT_VERSION, KUBERNETES_VERSION } from '../../api/meta/version.ts';
import type { ServiceAccountTokens } from '../authn/service-account-token.ts';
import type { RouteHandler } from '../contract/route.ts';
import { jsonResponse, textResponse } from './text-response.ts';

const GO_ARCHITECTURE: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

/** `GET /version`, as clients compare it. */
export function versionInfo() {
  const [major = '', minor = ''] = KUBERNETES_VERSION.split('.');
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion: GIT_VERSION,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: `node ${process.version}`,
    platform: `${process.platform}/${GO_ARCHITECTURE[process.arch] ?? process.arch}`,
  };
}

export const versionRoute: RouteHandler = { path: '/version', open: true, handle: () => jsonResponse(200, versionInfo()) };

export const metricsRoute = (registry: Registry): RouteHandler => ({
  path: '/metrics',
  handle: async () => textResponse(200, await registry.metrics(), registry.contentType),
});

/** How others verify service-account tokens (https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#service-account-issuer-discovery). */
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
