import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { OPTIONAL_PLUGINS } from '../../../apiserver/admission/optional/loaders.ts';
import type { OptionalPluginContext } from '../../../apiserver/admission/optional/optional-plugin.ts';
import { removeDirectory } from '../../../base/remove-directory.fixture.ts';
import { admissionSettings } from './admission.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'admission-'));
});
afterEach(() => removeDirectory(dir));

const HEAD = 'apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\n';
const POD_SECURITY = { apiVersion: 'pod-security.admission.config.k8s.io/v1', kind: 'PodSecurityConfiguration' };
const plugin = (configuration: object) =>
  `${HEAD}plugins:\n- name: PodSecurity\n  configuration: ${JSON.stringify({ ...POD_SECURITY, ...configuration })}\n`;

async function settings(text: string, enabled: readonly string[] = []) {
  const file = join(dir, 'admission.yaml');
  await writeFile(file, text);
  return admissionSettings({ 'admission-control-config-file': file, 'enable-admission-plugins': enabled });
}

describe('--admission-control-config-file', () => {
  it('may be left out, or say nothing of PodSecurity', async () => {
    expect(await admissionSettings({})).toEqual({});
    expect(await settings(HEAD)).toEqual({});
  });

  it('gives defaults and exemptions', async () => {
    const text = plugin({
      defaults: { enforce: 'baseline', 'enforce-version': 'v1.30', warn: '' },
      exemptions: { usernames: ['root'], namespaces: ['a', 'b'] },
    });
    expect(await settings(text)).toEqual({
      podSecurity: {
        defaults: {
          enforce: { level: 'baseline', version: 30 },
          audit: { level: 'privileged', version: 'latest' },
          warn: { level: 'privileged', version: 'latest' },
        },
        exemptions: { usernames: new Set(['root']), namespaces: new Set(['a', 'b']), runtimeClasses: new Set() },
      },
    });
  });

  it('may name another file, relative to itself', async () => {
    await writeFile(join(dir, 'pss.yaml'), JSON.stringify({ ...POD_SECURITY, defaults: { audit: 'restricted' } }));
    const { podSecurity } = await settings(`${HEAD}plugins: [{name: PodSecurity, path: pss.yaml}]`);
    expect(podSecurity?.defaults.audit).toEqual({ level: 'restricted', version: 'latest' });
  });

  it.each([
    ['kind: Other', 'apiVersion'],
    [`${HEAD}plugins: [{name: LimitRanger}]`, 'plugins.0.name: must be one of PodSecurity, EventRateLimit, ImagePolicyWebhook, '],
    [`${HEAD}plugins: [{name: EventRateLimit}]`, 'plugins.0.name: EventRateLimit is not enabled: add it to --enable-admission-plugins'],
    [`${HEAD}plugins: [{name: PodSecurity}, {name: PodSecurity}]`, 'plugins: names PodSecurity twice'],
    ['podNodeSelectorPluginConfig: {}', 'PodNodeSelector is not enabled: add it to --enable-admission-plugins'],
    [plugin({ defaults: { enforce: 'strict' } }), 'defaults.enforce: Invalid value: "strict": must be one of privileged, baseline, restricted'],
    [plugin({ defaults: { 'warn-version': '1.2' } }), 'defaults.warn-version: Invalid value: "1.2": must be "latest" or "v1.x"'],
    [plugin({ exemptions: { namespaces: ['A'] } }), 'exemptions.namespaces.0: Invalid value: "A"'],
    [plugin({ exemptions: { usernames: ['a', 'a'] } }), 'exemptions.usernames.1: Duplicate value: "a"'],
    [plugin({ exemptions: { usernames: [''] } }), 'exemptions.usernames.0: Invalid value: "": username must not be empty'],
    ['a: [', '--admission-control-config-file'],
  ])('is refused with the field that is wrong: %s', async (text, why) => {
    await expect(settings(text)).rejects.toThrow(why);
  });
});

/** Makes the enabled plugins of a server; they are not asked about anything. */
async function namesOf({ admissionPlugins }: Awaited<ReturnType<typeof admissionSettings>>): Promise<string[]> {
  const nothing = {} as OptionalPluginContext;
  return admissionPlugins?.added.map((plugin) => plugin(nothing).name) ?? [];
}

const NEEDY = ['EventRateLimit', 'ImagePolicyWebhook'];
const LIMITS = 'apiVersion: eventratelimit.admission.k8s.io/v1alpha1\nkind: Configuration\nlimits: [{type: Server, qps: 1, burst: 1}]\n';

describe('--enable-admission-plugins and --disable-admission-plugins', () => {
  it('select plugins; those that always run may be named', async () => {
    const chosen = await admissionSettings({
      'enable-admission-plugins': ['NamespaceExists', 'AlwaysPullImages', 'LimitRanger', 'AlwaysPullImages'],
      'disable-admission-plugins': ['PodSecurity', 'DenyServiceExternalIPs'],
    });
    expect(await namesOf(chosen)).toEqual(['NamespaceExists', 'AlwaysPullImages']);
    expect(chosen.admissionPlugins?.disabled).toEqual(new Set(['PodSecurity', 'DenyServiceExternalIPs']));
  });

  it.each(Object.keys(OPTIONAL_PLUGINS).filter((name) => !NEEDY.includes(name)))('know %s, which needs no configuration', async (name) => {
    expect(await namesOf(await admissionSettings({ 'enable-admission-plugins': [name] }))).toEqual([name]);
  });

  it.each<[readonly string[], readonly string[], string]>([
    [
      ['AlwaysPullImages', 'NoSuch'],
      [],
      '--enable-admission-plugins plugin "NoSuch" is unknown: name some of AlwaysAdmit, AlwaysDeny, AlwaysPullImages, ',
    ],
    [[], ['JobValidation'], '--disable-admission-plugins plugin "JobValidation" is unknown: name some of '],
    [
      ['LimitRanger', 'NamespaceExists'],
      ['NamespaceExists', 'LimitRanger'],
      '[LimitRanger NamespaceExists] in enable-admission-plugins and disable-admission-plugins overlapped',
    ],
    [
      ['EventRateLimit'],
      [],
      '--enable-admission-plugins EventRateLimit: limits: Invalid value: null: must not be empty: configure it by --admission-control-config-file',
    ],
  ])('are refused if they name what is not there: %j, %j', async (enabled, disabled, why) => {
    const flags = { 'enable-admission-plugins': enabled, 'disable-admission-plugins': disabled };
    await expect(admissionSettings(flags)).rejects.toThrow(why);
  });

  it('tell that a plugin needs a configuration', async () => {
    await expect(admissionSettings({ 'enable-admission-plugins': ['ImagePolicyWebhook'] })).rejects.toThrow(
      '--enable-admission-plugins ImagePolicyWebhook: no config specified: configure it by --admission-control-config-file',
    );
  });

  it('hand plugins their configuration, from the file or another one', async () => {
    await writeFile(join(dir, 'limits.yaml'), LIMITS);
    const chosen = await settings(`${HEAD}plugins: [{name: EventRateLimit, path: limits.yaml}]`, ['EventRateLimit']);
    expect(await namesOf(chosen)).toEqual(['EventRateLimit']);
    const bad = LIMITS.replace('burst: 1', 'burst: 0');
    await writeFile(join(dir, 'limits.yaml'), bad);
    await expect(settings(`${HEAD}plugins: [{name: EventRateLimit, path: limits.yaml}]`, ['EventRateLimit'])).rejects.toThrow(
      `--admission-control-config-file ${join(dir, 'limits.yaml')}: EventRateLimit: limits[0].burst: Invalid value: 0: must be positive`,
    );
  });

  it('take a file of the old form for the configuration of PodNodeSelector', async () => {
    const chosen = await settings('podNodeSelectorPluginConfig: {clusterDefaultNodeSelector: a=b}', ['PodNodeSelector']);
    expect(await namesOf(chosen)).toEqual(['PodNodeSelector']);
    await expect(settings('podNodeSelectorPluginConfig: {ns: a}', ['PodNodeSelector'])).rejects.toThrow(
      'PodNodeSelector: podNodeSelectorPluginConfig.ns: invalid selector: [a]',
    );
  });
});
