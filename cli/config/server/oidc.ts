import * as z from 'zod';
import { certificatesOf } from '../../../apiserver/authn/certificate-chain.ts';
import type { OidcIssuer } from '../../../apiserver/authn/oidc/issuer.ts';
import { SIGNING_ALGORITHMS } from '../../../apiserver/authn/oidc/issuer.ts';
import { UsageError } from '../options.ts';
import { listSchema, pathSchema } from './option-schemas.ts';
import { parsedFile } from './text-files.ts';

const text = z.string().min(1, 'must not be empty').optional();

/** Upstream's options for one OpenID Connect issuer; several stand in the file of --authentication-config. */
export const oidcOptions = {
  'oidc-issuer-url': {
    schema: text.refine((url) => url === undefined || (URL.canParse(url) && new URL(url).protocol === 'https:'), 'must be an https URL'),
    help: 'the OpenID Connect issuer whose ID tokens count',
    value: 'URL',
  },
  'oidc-client-id': { schema: text, help: 'the audience that ID tokens must be for', value: 'ID' },
  'oidc-username-claim': {
    schema: z.string().min(1, 'must not be empty').default('sub'),
    help: 'the claim that names the user (default sub)',
    value: 'CLAIM',
  },
  'oidc-username-prefix': {
    schema: text,
    help: "put before user names (default: the issuer's URL and #, unless the claim is email; - for none)",
    value: 'PREFIX',
  },
  'oidc-groups-claim': { schema: text, help: "the claim that lists the user's groups", value: 'CLAIM' },
  'oidc-groups-prefix': { schema: z.string().default(''), help: 'put before the names of groups', value: 'PREFIX' },
  'oidc-required-claim': { schema: listSchema, help: 'CLAIM=VALUE that an ID token must have; may be repeated', value: 'PAIR', multiple: true },
  'oidc-ca-file': { schema: pathSchema, help: "certificate authorities of the issuer (default: the system's)", value: 'FILE' },
  'oidc-signing-algs': {
    schema: listSchema.pipe(z.array(z.enum(SIGNING_ALGORITHMS))),
    help: 'the algorithms that ID tokens may be signed with (default RS256)',
    value: 'LIST',
    multiple: true,
  },
};

export type OidcFlags = { readonly [K in keyof typeof oidcOptions]: z.output<(typeof oidcOptions)[K]['schema']> };

const required = (pair: string): readonly [string, string] => {
  const equals = pair.indexOf('=');
  if (equals < 1) throw new UsageError(`--oidc-required-claim ${pair}: must be CLAIM=VALUE`);
  return [pair.slice(0, equals), pair.slice(equals + 1)];
};

const isGiven = (flags: OidcFlags): boolean =>
  Object.entries(flags).some(([name, value]) => {
    if (!name.startsWith('oidc-') || value === undefined || value === '') return false;
    return Array.isArray(value) ? value.length > 0 : !(name === 'oidc-username-claim' && value === 'sub');
  });

/** Returns the issuer that the options describe; undefined if none is given. @throws UsageError for options without URL and client. */
export async function oidcIssuerOf(flags: OidcFlags): Promise<OidcIssuer | undefined> {
  const { 'oidc-issuer-url': url, 'oidc-client-id': client, 'oidc-username-prefix': prefix, 'oidc-ca-file': caFile } = flags;
  if (!isGiven(flags)) return undefined;
  if (url === undefined || client === undefined) {
    throw new UsageError('--oidc-issuer-url and --oidc-client-id must be specified together when any --oidc-* options are set');
  }
  const claim = flags['oidc-username-claim'];
  const standard = claim === 'email' ? '' : `${url}#`;
  const groups = flags['oidc-groups-claim'];
  const algorithms = flags['oidc-signing-algs'];
  const ca = caFile === undefined ? undefined : await parsedFile('oidc-ca-file', caFile, checkedBundle);
  return {
    url,
    audiences: [client],
    ...(ca === undefined ? {} : { certificateAuthority: ca }),
    signingAlgorithms: algorithms.length > 0 ? algorithms : ['RS256'],
    username: { claim, prefix: prefix === '-' ? '' : (prefix ?? standard) },
    ...(groups === undefined ? {} : { groups: { claim: groups, prefix: flags['oidc-groups-prefix'] } }),
    requiredClaims: flags['oidc-required-claim'].map(required),
  };
}

function checkedBundle(pem: string): string {
  certificatesOf(pem, 'the file');
  return pem;
}
