import type * as z from 'zod';
import type { AnonymousAccess } from '../../../apiserver/authn/anonymous.ts';
import { certificatesOf } from '../../../apiserver/authn/certificate-chain.ts';
import type { OidcIssuer } from '../../../apiserver/authn/oidc/issuer.ts';
import type { RequestHeaderOptions } from '../../../apiserver/authn/request-header.ts';
import { parseTokenFile } from '../../../apiserver/authn/static-tokens.ts';
import type { UserInfo } from '../../../apiserver/contract/request.ts';
import { UsageError } from '../options.ts';
import { oidcIssuerOf, oidcOptions } from './oidc.ts';
import { booleanSchema, listSchema, pathSchema } from './option-schemas.ts';
import type { ServiceAccountSettings } from './service-account.ts';
import { serviceAccountOptions, serviceAccountSettings } from './service-account.ts';
import { parsedFile, parsedYaml } from './text-files.ts';

const headers = (standard: readonly string[]) => listSchema.transform((names) => (names.length > 0 ? names : standard));

/** Upstream's options for who may prove an identity and how. */
export const authenticationOptions = {
  'anonymous-auth': {
    schema: booleanSchema,
    help: 'let requests without credentials through to authorisation, or none of them (default: those for health and version)',
    value: 'BOOL',
  },
  'token-auth-file': { schema: pathSchema, help: 'static bearer tokens: CSV with token, user, uid and groups', value: 'FILE' },
  'authentication-config': { schema: pathSchema, help: 'an AuthenticationConfiguration: OpenID Connect issuers, anonymous requests', value: 'FILE' },
  'requestheader-client-ca-file': {
    schema: pathSchema,
    help: "authorities of front proxies, which name users in headers (default: the cluster's front-proxy authority)",
    value: 'FILE',
  },
  'requestheader-allowed-names': {
    schema: headers(['front-proxy-client']),
    help: 'common names of front proxies (default front-proxy-client)',
    value: 'LIST',
    multiple: true,
  },
  'requestheader-username-headers': {
    schema: headers(['X-Remote-User']),
    help: 'headers for the user (default X-Remote-User)',
    value: 'LIST',
    multiple: true,
  },
  'requestheader-uid-headers': { schema: headers([]), help: "headers for the user's uid (default: none)", value: 'LIST', multiple: true },
  'requestheader-group-headers': {
    schema: headers(['X-Remote-Group']),
    help: 'headers for groups (default X-Remote-Group)',
    value: 'LIST',
    multiple: true,
  },
  'requestheader-extra-headers-prefix': {
    schema: headers(['X-Remote-Extra-']),
    help: "prefixes of headers for the user's extra values (default X-Remote-Extra-)",
    value: 'LIST',
    multiple: true,
  },
  ...oidcOptions,
  ...serviceAccountOptions,
};

export type AuthenticationFlags = { readonly [K in keyof typeof authenticationOptions]: z.output<(typeof authenticationOptions)[K]['schema']> };

/** The parsed options for authentication, their files read. */
export interface AuthenticationSettings {
  readonly requestHeader: Omit<RequestHeaderOptions, 'roots'>;
  /** PEM of the authorities of front proxies, instead of the cluster's own. */
  readonly requestHeaderCa?: string;
  readonly staticTokens?: ReadonlyMap<string, UserInfo>;
  readonly oidcIssuers: readonly OidcIssuer[];
  readonly anonymous?: AnonymousAccess;
  readonly serviceAccount: ServiceAccountSettings;
}

const DEFAULT_ISSUER = 'https://kubernetes.default.svc.cluster.local';

function bundle(pem: string): string {
  certificatesOf(pem, 'the file');
  return pem;
}

/** Reads issuers and anonymous access from the file or the options of each. @throws UsageError where both say something. */
async function issuersOf(flags: AuthenticationFlags, { issuers = [DEFAULT_ISSUER] }: ServiceAccountSettings) {
  const single = await oidcIssuerOf(flags);
  const path = flags['authentication-config'];
  const flag = flags['anonymous-auth'];
  const byFlag: AnonymousAccess | undefined = flag === undefined ? undefined : flag ? 'all' : 'none';
  if (path === undefined) return { oidcIssuers: single ? [single] : [], anonymous: byFlag };
  if (single) throw new UsageError('--authentication-config and --oidc-* options are mutually exclusive');
  const { parseAuthenticationConfiguration } = await import('../../../apiserver/authn/oidc/configuration.ts');
  const parsed = await parsedYaml('authentication-config', path, (value) => parseAuthenticationConfiguration(value, issuers));
  if (parsed.anonymous !== undefined && byFlag !== undefined) {
    throw new UsageError('--anonymous-auth cannot be set when the file of --authentication-config has the field anonymous');
  }
  return { oidcIssuers: parsed.issuers, anonymous: parsed.anonymous ?? byFlag };
}

/** Reads the files that the options name; `warn` is told of what is skipped in them. @throws UsageError naming the option and the remedy. */
export async function authenticationSettings(flags: AuthenticationFlags, warn: (message: string) => void): Promise<AuthenticationSettings> {
  const tokenFile = flags['token-auth-file'];
  const caFile = flags['requestheader-client-ca-file'];
  const serviceAccount = await serviceAccountSettings(flags);
  const { oidcIssuers, anonymous } = await issuersOf(flags, serviceAccount);
  return {
    requestHeader: {
      allowedNames: flags['requestheader-allowed-names'],
      usernameHeaders: flags['requestheader-username-headers'],
      uidHeaders: flags['requestheader-uid-headers'],
      groupHeaders: flags['requestheader-group-headers'],
      extraHeaderPrefixes: flags['requestheader-extra-headers-prefix'],
    },
    ...(caFile === undefined ? {} : { requestHeaderCa: await parsedFile('requestheader-client-ca-file', caFile, bundle) }),
    ...(tokenFile === undefined ? {} : { staticTokens: await parsedFile('token-auth-file', tokenFile, (text) => parseTokenFile(text, warn)) }),
    oidcIssuers,
    ...(anonymous === undefined ? {} : { anonymous }),
    serviceAccount,
  };
}

/** The settings of a server that is started without options. */
export const AUTHENTICATION_DEFAULTS: AuthenticationSettings = {
  requestHeader: {
    allowedNames: ['front-proxy-client'],
    usernameHeaders: ['X-Remote-User'],
    uidHeaders: [],
    groupHeaders: ['X-Remote-Group'],
    extraHeaderPrefixes: ['X-Remote-Extra-'],
  },
  oidcIssuers: [],
  serviceAccount: { keys: [], policy: {} },
};
