import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import type { CredentialProvider, CredentialProviders } from '../../agent/image/credential-provider/provider-settings.ts';
import { qualifiedNameFaults } from '../../api/validation/name-rules.ts';
import { faultsText } from '../../base/field-path.ts';
import { parseGoDuration } from '../../base/go-duration.ts';
import { duplicate, forbidden, invalid, required, unsupported } from '../../scheduler/config/field-errors.ts';
import { UsageError } from '../config/options.ts';
import { parsedFile } from '../config/server/text-files.ts';

const CONFIG = 'image-credential-provider-config';
const DIRECTORY = 'image-credential-provider-bin-dir';

/** The options of `skiff agent` that name the configuration, and the directory of the programs. */
export type CredentialProviderFlags = { readonly [K in typeof CONFIG | typeof DIRECTORY]?: string | undefined };

const GROUP = 'credentialprovider.kubelet.k8s.io';
const PROVIDER_VERSIONS = [`${GROUP}/v1`, `${GROUP}/v1alpha1`, `${GROUP}/v1beta1`];
const TOKEN_VERSION = `${GROUP}/v1`;

const nameFault = (name: string): string | undefined => {
  if (name.includes('/')) return invalid(name, "provider name cannot contain '/'");
  if (name.includes(' ')) return invalid(name, 'provider name cannot contain spaces');
  return name === '.' || name === '..' ? invalid(name, `provider name cannot be '${name}'`) : undefined;
};

/** Adds a field error where there is one. */
const refuse =
  <T>(fault: (value: T) => string | undefined) =>
  (value: T, context: z.core.$RefinementCtx<T>) => {
    const message = fault(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  };

const annotationKeys = z
  .array(z.string().superRefine(refuse((key) => qualifiedNameFaults(key.toLowerCase()).map((fault) => invalid(key, fault))[0])))
  .superRefine(refuse((keys) => keys.filter((key, i) => keys.indexOf(key) < i).map(duplicate)[0]))
  .default([]);

const tokenAttributes = z
  .strictObject({
    serviceAccountTokenAudience: z.string(required()).min(1, required()),
    cacheType: z.enum(['ServiceAccount', 'Token'], {
      error: ({ input }) =>
        input === undefined || input === ''
          ? required('cacheType is required to be set when tokenAttributes is specified. Supported values are: ServiceAccount, Token')
          : unsupported(input, ['ServiceAccount', 'Token']),
    }),
    requireServiceAccount: z.boolean(required()),
    requiredServiceAccountAnnotationKeys: annotationKeys,
    optionalServiceAccountAnnotationKeys: annotationKeys,
  })
  .superRefine(
    refuse(({ requireServiceAccount, requiredServiceAccountAnnotationKeys: keys, optionalServiceAccountAnnotationKeys: optional }) => {
      if (!requireServiceAccount && keys.length > 0)
        return forbidden('requireServiceAccount cannot be false when requiredServiceAccountAnnotationKeys is set');
      const both = keys.filter((key) => optional.includes(key));
      return both.length > 0 ? invalid(both.sort(), 'annotation keys cannot be both required and optional') : undefined;
    }),
  )
  .transform((attributes) => ({
    audience: attributes.serviceAccountTokenAudience,
    cacheType: attributes.cacheType,
    requiresAccount: attributes.requireServiceAccount,
    requiredAnnotations: attributes.requiredServiceAccountAnnotationKeys,
    optionalAnnotations: attributes.optionalServiceAccountAnnotationKeys,
  }));

const duration = z.string(required()).transform((text, context) => {
  const ms = parseGoDuration(text);
  if (typeof ms === 'number' && ms >= 0) return ms;
  context.addIssue({ code: 'custom', message: invalid(text, typeof ms === 'number' ? 'must be greater than or equal to 0' : ms) });
  return z.NEVER;
});

/** A host with a path, of which the port is a number. */
const imagePattern = z
  .string()
  .superRefine(
    refuse((pattern) => (/^(\[[^\]/\s]*\]|[^/\s:]*)(:\d*)?(\/\S*)?$/.test(pattern) ? undefined : invalid(pattern, 'match image is invalid'))),
  );

const provider = z
  .strictObject({
    name: z.string(required()).superRefine(refuse(nameFault)),
    matchImages: z
      .array(imagePattern, required('at least 1 item in matchImages is required'))
      .min(1, required('at least 1 item in matchImages is required')),
    defaultCacheDuration: duration,
    apiVersion: z
      .string(required())
      .superRefine(
        refuse((version) =>
          PROVIDER_VERSIONS.includes(version) ? undefined : version === '' ? required() : unsupported(version, PROVIDER_VERSIONS),
        ),
      ),
    args: z.array(z.string()).nullish(),
    env: z.array(z.strictObject({ name: z.string(), value: z.string() })).nullish(),
    tokenAttributes: tokenAttributes.nullish(),
  })
  .superRefine(
    refuse(({ apiVersion, tokenAttributes: attributes }) =>
      attributes && apiVersion !== TOKEN_VERSION ? forbidden(`tokenAttributes is only supported for ${TOKEN_VERSION} API version`) : undefined,
    ),
  )
  .transform(
    ({ defaultCacheDuration, args, env, tokenAttributes: token, ...given }): CredentialProvider => ({
      ...given,
      defaultCacheMs: defaultCacheDuration,
      args: args ?? [],
      env: Object.fromEntries((env ?? []).map(({ name, value }) => [name, value])),
      token: token ?? undefined,
    }),
  );

const configuration = z.strictObject({
  apiVersion: z.enum(['kubelet.config.k8s.io/v1', 'kubelet.config.k8s.io/v1beta1', 'kubelet.config.k8s.io/v1alpha1']),
  kind: z.literal('CredentialProviderConfig'),
  providers: z.array(provider, required('at least 1 item in plugins is required')).min(1, required('at least 1 item in plugins is required')),
});

/** Reads the providers that the options name. @throws UsageError that names option, file and field */
export async function readCredentialProviders(flags: CredentialProviderFlags): Promise<CredentialProviders> {
  const { [CONFIG]: path, [DIRECTORY]: directory } = flags;
  if (path === undefined) throw new UsageError(`--${DIRECTORY} ${directory}: needs --${CONFIG}`);
  if (directory === undefined) throw new UsageError(`--${CONFIG} ${path}: needs --${DIRECTORY}`);
  const files = await filesOf(path);
  const hash = createHash('sha256');
  const providers: CredentialProvider[] = [];
  for (const file of files) {
    const read = await parsedFile(CONFIG, file, (text) => {
      const length = Buffer.alloc(8);
      length.writeBigUInt64BE(BigInt(Buffer.byteLength(text)));
      hash.update(length).update(text);
      return providersIn(text);
    });
    for (const each of read) {
      if (providers.some(({ name }) => name === each.name))
        throw problem(file, `duplicate provider name "${each.name}" found in configuration file(s)`);
      await requireProgram(directory, each.name);
      providers.push(each);
    }
  }
  return { providers, directory, hash: `sha256:${hash.digest('hex')}` };
}

function providersIn(text: string): readonly CredentialProvider[] {
  const read = configuration.safeParse(parse(text));
  if (read.success) return read.data.providers;
  throw new Error(faultsText(read.error.issues, 'the file'));
}

/** Lists the files of a configuration: one, or those of a directory in the order of their names. */
async function filesOf(path: string): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const entries = await readdir(path, { withFileTypes: true });
    const names = entries.filter((entry) => !entry.isDirectory() && ['.json', '.yaml', '.yml'].includes(extname(entry.name))).map(({ name }) => name);
    if (names.length > 0) return names.sort().map((name) => join(path, name));
  } catch (error) {
    throw problem(path, wordsOf(error));
  }
  throw problem(path, 'no configuration files found in the directory: names end in .json, .yaml or .yml');
}

async function requireProgram(directory: string, name: string): Promise<void> {
  const program = join(directory, name);
  try {
    await access(program, constants.X_OK);
    if (!(await stat(program)).isFile()) throw new Error(`${program} is no file`);
  } catch (error) {
    throw new UsageError(`--${DIRECTORY} ${directory}: the program of the provider ${name} cannot be run: ${wordsOf(error)}`);
  }
}

const problem = (path: string, why: string): UsageError => new UsageError(`--${CONFIG} ${path}: ${why}`);
const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
