import { createPrivateKey, createPublicKey } from 'node:crypto';
import * as z from 'zod';
import type { TokenRequestPolicy } from '../../../apiserver/authn/token-request.ts';
import { secondsSchema } from '../settings.ts';
import { booleanSchema, listSchema, pathSchema, pathsSchema } from './option-schemas.ts';
import { parsedFile } from './text-files.ts';

const HOUR = 3600;
const LONGEST = 2 ** 32;

/** Upstream's options for service-account tokens. */
export const serviceAccountOptions = {
  'service-account-issuer': {
    schema: z.array(z.string().min(1, 'must not be empty')).default([]),
    help: 'who issues tokens (default https://kubernetes.default.svc.cluster.local); repeated: tokens of the others count too',
    value: 'ISSUER',
    multiple: true,
  },
  'service-account-key-file': {
    schema: pathsSchema,
    help: 'further keys whose tokens count, public or private, in PEM; may be repeated',
    value: 'FILE',
    multiple: true,
  },
  'service-account-signing-key-file': { schema: pathSchema, help: "the key that signs tokens (default: the cluster's own)", value: 'FILE' },
  'service-account-max-token-expiration': {
    schema: secondsSchema.refine((seconds) => seconds >= HOUR && seconds <= LONGEST, 'must be between 1 hour and 2^32 seconds').optional(),
    help: 'the longest life of a token; longer ones are shortened',
    value: 'SECONDS',
  },
  'service-account-extend-token-expiration': {
    schema: booleanSchema,
    help: "whether pods' tokens last a year, although they are asked for an hour (default true)",
    value: 'BOOL',
  },
  'api-audiences': {
    schema: listSchema,
    help: 'the audiences that the API answers to (default: the service-account issuers)',
    value: 'LIST',
    multiple: true,
  },
};

export type ServiceAccountFlags = { readonly [K in keyof typeof serviceAccountOptions]: z.output<(typeof serviceAccountOptions)[K]['schema']> };

export interface ServiceAccountSettings {
  readonly issuers?: readonly string[];
  readonly apiAudiences?: readonly string[];
  /** PEM; instead of the cluster's own. */
  readonly signingKey?: string;
  /** PEM, one key each. */
  readonly keys: readonly string[];
  readonly policy: TokenRequestPolicy;
}

const BLOCK = /-----BEGIN ([A-Z ]+)-----[^-]*-----END \1-----/g;

function keysOf(pem: string): readonly string[] {
  const blocks = [...pem.matchAll(BLOCK)].filter(([, label]) => label !== 'EC PARAMETERS').map(([block]) => block);
  if (blocks.length === 0) throw new Error('there is no key in it (PEM is expected)');
  for (const block of blocks) createPublicKey(block);
  return blocks;
}

function signingKeyOf(pem: string): string {
  createPrivateKey(pem);
  return pem;
}

/** Reads the keys that the options name. @throws UsageError naming option and file. */
export async function serviceAccountSettings(flags: ServiceAccountFlags): Promise<ServiceAccountSettings> {
  const signing = flags['service-account-signing-key-file'];
  const keys = await Promise.all(flags['service-account-key-file'].map((path) => parsedFile('service-account-key-file', path, keysOf)));
  const issuers = flags['service-account-issuer'];
  const audiences = flags['api-audiences'];
  const maxSeconds = flags['service-account-max-token-expiration'];
  return {
    ...(issuers.length === 0 ? {} : { issuers }),
    ...(audiences.length > 0 ? { apiAudiences: audiences } : issuers.length > 0 ? { apiAudiences: issuers } : {}),
    ...(signing === undefined ? {} : { signingKey: await parsedFile('service-account-signing-key-file', signing, signingKeyOf) }),
    keys: keys.flat(),
    policy: {
      extend: flags['service-account-extend-token-expiration'] ?? true,
      ...(maxSeconds === undefined ? {} : { maxSeconds }),
    },
  };
}
