import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import type { PodSecurityConfiguration } from '../../../apiserver/admission/pod-security/cluster-policy.ts';
import { UsageError } from '../options.ts';
import { parsedYaml } from './text-files.ts';

const OPTION = 'admission-control-config-file';

/** Upstream's option for the configuration of admission plugins. */
export const admissionOptions = {
  'admission-control-config-file': {
    schema: z.string().optional(),
    help: 'an AdmissionConfiguration of apiserver.config.k8s.io/v1: defaults and exemptions of PodSecurity',
    value: 'FILE',
  },
};

export type AdmissionFlags = { readonly 'admission-control-config-file'?: string | undefined };

export interface AdmissionSettings {
  readonly podSecurity?: PodSecurityConfiguration;
}

const configurationSchema = z.strictObject({
  apiVersion: z.enum(['apiserver.config.k8s.io/v1', 'apiserver.k8s.io/v1alpha1']),
  kind: z.literal('AdmissionConfiguration'),
  plugins: z
    .array(
      z
        .strictObject({
          name: z.literal('PodSecurity', { error: 'must be PodSecurity: no other plugin takes a configuration' }),
          /** Of a file with the configuration, relative to this one. */
          path: z.string().default(''),
          configuration: z.unknown().optional(),
        })
        .refine(({ path, configuration }) => path === '' || !configuration, { error: 'has both path and configuration: give one of them' }),
    )
    .max(1, 'names PodSecurity twice')
    .nullish(),
});

/** Reads the configuration of admission that the options name. @throws UsageError naming option, file and field. */
export async function admissionSettings(flags: AdmissionFlags): Promise<AdmissionSettings> {
  const file = flags['admission-control-config-file'];
  if (file === undefined) return {};
  const parsed = configurationSchema.safeParse(await parsedYaml(OPTION, file, (value) => value));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw problem(file, `${issue?.path.join('.') || 'the whole'}: ${issue?.message}`);
  }
  const [plugin] = parsed.data.plugins ?? [];
  if (!plugin || (plugin.path === '' && !plugin.configuration)) return {};
  const path = plugin.path === '' ? file : resolve(dirname(file), plugin.path);
  const configuration = plugin.path === '' ? plugin.configuration : await parsedYaml(OPTION, path, (value) => value);
  const { podSecurityConfiguration } = await import('../../../apiserver/admission/pod-security/configuration.ts');
  try {
    return { podSecurity: podSecurityConfiguration(configuration) };
  } catch (error) {
    throw problem(path, textOf(error));
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const problem = (file: string, why: string): UsageError => new UsageError(`--${OPTION} ${file}: ${why}`);
