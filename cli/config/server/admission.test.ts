import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
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

async function settings(text: string) {
  const file = join(dir, 'admission.yaml');
  await writeFile(file, text);
  return admissionSettings({ 'admission-control-config-file': file });
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
    [`${HEAD}plugins: [{name: EventRateLimit}]`, 'plugins.0.name: must be PodSecurity'],
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
