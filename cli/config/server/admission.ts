import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import type { PluginSelection } from '../../../apiserver/admission/optional/optional-plugin.ts';
import type { PodSecurityConfiguration } from '../../../apiserver/admission/pod-security/cluster-policy.ts';
import { isObject } from '../../../base/json.ts';
import { UsageError } from '../options.ts';
import { listSchema } from './option-schemas.ts';
import { parsedYaml } from './text-files.ts';

const OPTION = 'admission-control-config-file';
const ENABLE = 'enable-admission-plugins';
const DISABLE = 'disable-admission-plugins';

/** Upstream's options of admission. */
export const admissionOptions = {
  'enable-admission-plugins': {
    schema: listSchema,
    help: 'admission plugins to run beside those that always do, such as AlwaysPullImages; separated by commas',
    value: 'NAMES',
    multiple: true,
  },
  'disable-admission-plugins': {
    schema: listSchema,
    help: 'admission plugins not to run, such as LimitRanger; separated by commas',
    value: 'NAMES',
    multiple: true,
  },
  'admission-control-config-file': {
    schema: z.string().optional(),
    help: 'an AdmissionConfiguration of apiserver.config.k8s.io/v1: for PodSecurity, EventRateLimit, ImagePolicyWebhook, PodNodeSelector, PodTolerationRestriction',
    value: 'FILE',
  },
};

export interface AdmissionFlags {
  readonly 'enable-admission-plugins'?: readonly string[];
  readonly 'disable-admission-plugins'?: readonly string[];
  readonly 'admission-control-config-file'?: string | undefined;
}

export interface AdmissionSettings {
  readonly podSecurity?: PodSecurityConfiguration;
  readonly admissionPlugins?: PluginSelection;
}

/** The configurations of plugins, by name, each with the file that it stands in. */
type Configurations = ReadonlyMap<string, { readonly file: string; readonly value: unknown }>;

/** Reads what the options say of admission. Nothing is loaded if they are not given. @throws UsageError naming option, file and field. */
export async function admissionSettings(flags: AdmissionFlags): Promise<AdmissionSettings> {
  const { [ENABLE]: enabled = [], [DISABLE]: disabled = [], [OPTION]: file } = flags;
  const selects = enabled.length + disabled.length > 0;
  if (!selects && file === undefined) return {};
  if (selects) await checkNames(enabled, disabled);
  const configurations = file === undefined ? new Map() : await configurationsIn(file, enabled);
  const podSecurity = disabled.includes('PodSecurity') ? undefined : await podSecurityIn(configurations);
  return {
    ...(podSecurity ? { podSecurity } : {}),
    ...(selects ? { admissionPlugins: { added: await loaded(enabled, configurations), disabled: new Set(disabled) } } : {}),
  };
}

/** @throws UsageError in upstream's words if a plugin is unknown, or both enabled and disabled. */
async function checkNames(enabled: readonly string[], disabled: readonly string[]): Promise<void> {
  const [{ OPTIONAL_PLUGINS }, { ON_BY_DEFAULT }] = await Promise.all([
    import('../../../apiserver/admission/optional/loaders.ts'),
    import('../../../apiserver/admission/plugin-names.ts'),
  ]);
  const known = [...ON_BY_DEFAULT, ...Object.keys(OPTIONAL_PLUGINS)].sort();
  for (const [option, names] of [
    [ENABLE, enabled],
    [DISABLE, disabled],
  ] as const) {
    const unknown = names.find((name) => !known.includes(name));
    if (unknown !== undefined) throw new UsageError(`--${option} plugin ${JSON.stringify(unknown)} is unknown: name some of ${known.join(', ')}`);
  }
  const both = [...new Set(enabled.filter((name) => disabled.includes(name)))].sort();
  if (both.length > 0) throw new UsageError(`[${both.join(' ')}] in ${ENABLE} and ${DISABLE} overlapped: name each plugin in one of them`);
}

/** Loads the enabled plugins that are off by default. @throws UsageError if one cannot do with its configuration. */
async function loaded(enabled: readonly string[], configurations: Configurations): Promise<PluginSelection['added']> {
  const { OPTIONAL_PLUGINS } = await import('../../../apiserver/admission/optional/loaders.ts');
  return Promise.all(
    [...new Set(enabled)].flatMap((name) => {
      const configuration = configurations.get(name);
      const plugin = OPTIONAL_PLUGINS[name]?.(configuration?.value);
      return plugin ? [plugin.catch((error) => Promise.reject(notConfigured(name, configuration?.file, error)))] : [];
    }),
  );
}

function notConfigured(plugin: string, file: string | undefined, error: unknown): UsageError {
  return file === undefined
    ? new UsageError(`--${ENABLE} ${plugin}: ${textOf(error)}: configure it by --${OPTION}`)
    : problem(file, `${plugin}: ${textOf(error)}`);
}

async function podSecurityIn(configurations: Configurations): Promise<PodSecurityConfiguration | undefined> {
  const found = configurations.get('PodSecurity');
  if (!found) return undefined;
  const { podSecurityConfiguration } = await import('../../../apiserver/admission/pod-security/configuration.ts');
  try {
    return podSecurityConfiguration(found.value);
  } catch (error) {
    throw problem(found.file, textOf(error));
  }
}

/** The plugins that take a configuration. */
const CONFIGURED = ['PodSecurity', 'EventRateLimit', 'ImagePolicyWebhook', 'PodNodeSelector', 'PodTolerationRestriction'] as const;

/** The plugins that take a file without a version as their own configuration, each with the field that tells it. */
const UNVERSIONED = { podNodeSelectorPluginConfig: 'PodNodeSelector', imagePolicy: 'ImagePolicyWebhook' } as const;

const configurationSchema = z.strictObject({
  apiVersion: z.enum(['apiserver.config.k8s.io/v1', 'apiserver.k8s.io/v1alpha1']),
  kind: z.literal('AdmissionConfiguration'),
  plugins: z
    .array(
      z
        .strictObject({
          name: z.enum(CONFIGURED, { error: `must be one of ${CONFIGURED.join(', ')}: no other plugin takes a configuration` }),
          /** Of a file with the configuration, relative to this one. */
          path: z.string().default(''),
          configuration: z.unknown().optional(),
        })
        .refine(({ path, configuration }) => path === '' || !configuration, { error: 'has both path and configuration: give one of them' }),
    )
    .nullish(),
});

/** Reads the configurations of plugins. @throws UsageError naming option, file and field, also for a plugin that is not enabled. */
async function configurationsIn(file: string, enabled: readonly string[]): Promise<Configurations> {
  const content = await parsedYaml(OPTION, file, (value) => value);
  const unversioned = Object.entries(UNVERSIONED).find(([field]) => isObject(content) && content.kind === undefined && content[field] !== undefined);
  if (unversioned) {
    const [, name] = unversioned;
    if (!enabled.includes(name)) throw problem(file, `${name} is not enabled: add it to --${ENABLE}`);
    return new Map([[name, { file, value: content }]]);
  }
  const parsed = configurationSchema.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw problem(file, `${issue?.path.join('.') || 'the whole'}: ${issue?.message}`);
  }
  const configurations = new Map<string, { file: string; value: unknown }>();
  const { plugins } = parsed.data;
  for (const [i, { name, path, configuration }] of (plugins ?? []).entries()) {
    if (plugins?.findIndex((one) => one.name === name) !== i) throw problem(file, `plugins: names ${name} twice`);
    if (name !== 'PodSecurity' && !enabled.includes(name)) {
      throw problem(file, `plugins.${i}.name: ${name} is not enabled: add it to --${ENABLE}`);
    }
    const other = path === '' ? file : resolve(dirname(file), path);
    const value = path === '' ? configuration : await parsedYaml(OPTION, other, (one) => one);
    if (path !== '' || configuration) configurations.set(name, { file: other, value });
  }
  return configurations;
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const problem = (file: string, why: string): UsageError => new UsageError(`--${OPTION} ${file}: ${why}`);
