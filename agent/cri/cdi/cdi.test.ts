import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { removeDirectory } from '../../../base/remove-directory.fixture.ts';
import type { ContainerConfig } from '../../contract/runtime-config.ts';
import { PROPAGATION } from '../../contract/runtime-config.ts';
import type { ContainerEdits } from './cdi-spec.ts';
import { findEdits } from './cdi-specs.ts';
import type { HostFile } from './container-edits.ts';
import { withEdits } from './container-edits.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cdi-'));
  await Promise.all([mkdir(join(root, 'static')), mkdir(join(root, 'dynamic'))]);
});
afterEach(() => removeDirectory(root));

const directories = () => [join(root, 'static'), join(root, 'dynamic'), join(root, 'missing')];
const put = (path: string, text: string | object) => writeFile(join(root, path), typeof text === 'string' ? text : JSON.stringify(text));
const spec = (devices: Readonly<Record<string, object>>, containerEdits: object = {}, more: object = {}) => ({
  cdiVersion: '0.6.0',
  kind: 'e.com/d',
  devices: Object.entries(devices).map(([name, edits]) => ({ name, containerEdits: edits })),
  containerEdits,
  ...more,
});
const env = (...variables: string[]) => ({ env: variables });
const find = (...names: readonly string[]) => findEdits(names, directories());
const variables = async (...names: readonly string[]) => (await find(...names)).flatMap(({ edits }) => edits.env ?? []);

describe('the specs of CDI devices', () => {
  it('are read as YAML and as JSON; what all devices of one need comes once, before the first of them', async () => {
    await put('static/a.json', spec({ one: env('ONE=1'), two: env('TWO=2') }, env('ALL=1')));
    await put(
      'dynamic/b.yaml',
      'cdiVersion: "1.0.0"\nkind: other.com/x\nannotations: {a: b}\ndevices:\n- name: "0"\n  containerEdits:\n    env: [B=1]\n    deviceNodes:\n    - {path: /dev/null, permissions: rw}\n',
    );
    expect(await variables('e.com/d=one', 'other.com/x=0', 'e.com/d=two', 'e.com/d=one')).toEqual(['ALL=1', 'ONE=1', 'B=1', 'TWO=2']);
  });

  it('of a later directory hide those of an earlier one, device by device', async () => {
    await put('static/a.json', spec({ one: env('FROM=static'), two: env('TWO=static') }));
    await put('dynamic/a.json', spec({ one: env('FROM=dynamic') }));
    expect(await variables('e.com/d=one', 'e.com/d=two')).toEqual(['FROM=dynamic', 'TWO=static']);
  });

  it('of one directory must not describe a device twice', async () => {
    await put('dynamic/a.json', spec({ one: env('A=1'), two: env('A=2') }));
    await put('dynamic/b.json', spec({ one: env('A=3') }));
    const paths = ['b', 'a'].map((name) => JSON.stringify(join(root, 'dynamic', `${name}.json`))).join(', ');
    await expect(find('e.com/d=one')).rejects.toThrow(`unresolvable CDI devices e.com/d=one (conflicting device "e.com/d=one" (specs ${paths}))`);
    expect(await variables('e.com/d=two')).toEqual(['A=2']);
  });

  it('that do not describe a device leave it without an answer', async () => {
    await put('static/readme.txt', spec({ one: {} }));
    await expect(find('e.com/d=one', 'e.com/d=two')).rejects.toThrow('unresolvable CDI devices e.com/d=one, e.com/d=two');
  });

  it.each<[string, string | object, string]>([
    ['no mapping', '- a\n', 'expected object'],
    ['a field that is not known', spec({ one: { environment: ['A=1'] } }), 'environment'],
    ['a variable without a value', spec({ one: env('A') }), 'is not NAME=VALUE'],
    ['a kind without a vendor', spec({ one: {} }, {}, { kind: 'd' }), 'is not VENDOR/CLASS'],
    ['a version of the future', spec({ one: {} }, {}, { cdiVersion: '2.0.0' }), 'is not a version that is known'],
    ['no devices', spec({}), 'devices'],
    ['a name twice', { ...spec({}), devices: [1, 2].map(() => ({ name: 'one', containerEdits: {} })) }, 'two devices have one name'],
    ['permissions that there are not', spec({ one: { deviceNodes: [{ path: '/dev/a', permissions: 'rx' }] } }), 'permissions'],
  ])('with %s are told with their fault, and hide no others', async (_, text, why) => {
    await put('static/bad.yaml', text);
    await put('static/good.yaml', spec({ fine: env('A=1') }));
    expect(await variables('e.com/d=fine')).toEqual(['A=1']);
    const fault = await find('e.com/d=one').catch((error: Error) => error.message);
    expect(fault).toContain(`unresolvable CDI devices e.com/d=one (${join(root, 'static', 'bad.yaml')}: `);
    expect(fault).toContain(why);
  });
});

const host: Readonly<Record<string, HostFile>> = {
  '/dev/real': { type: 'c', major: 195, minor: 3, mode: 0o20660, uid: 0, gid: 44 },
  '/lib': { type: undefined, major: 0, minor: 0, mode: 0o40755, uid: 0, gid: 0 },
};
const edited = (edits: ContainerEdits, config: ContainerConfig = {}) =>
  withEdits(config, [{ name: 'e.com/d=one', edits }], async (path) => host[path]);

describe('what a device needs', () => {
  it.each<[string, ContainerEdits, ContainerConfig, ContainerConfig]>([
    [
      'a variable',
      env('A=1=2'),
      { envs: [{ key: 'B', value: '0' }] },
      {
        envs: [
          { key: 'B', value: '0' },
          { key: 'A', value: '1=2' },
        ],
      },
    ],
    ['a variable that is there', env('A='), { envs: [{ key: 'A', value: '0' }] }, { envs: [{ key: 'A', value: '' }] }],
    [
      'a device node',
      { deviceNodes: [{ path: '/dev/real' }] },
      {},
      { devices: [{ container_path: '/dev/real', host_path: '/dev/real', permissions: 'rwm' }] },
    ],
    [
      'a device node by another name, as it is on the machine',
      {
        deviceNodes: [
          { path: '/dev/x', hostPath: '/dev/real', type: 'c', major: 195, minor: 3, fileMode: 0o660, uid: 0, gid: 44, permissions: 'rw' },
        ],
      },
      { devices: [{ container_path: '/dev/x', host_path: '/dev/zero', permissions: 'r' }] },
      { devices: [{ container_path: '/dev/x', host_path: '/dev/real', permissions: 'rw' }] },
    ],
    [
      'mounts, in the place of others',
      {
        mounts: [
          { hostPath: '/lib', containerPath: '/a', options: ['ro', 'rbind', 'rslave'] },
          { hostPath: '/lib', containerPath: '/b', type: 'bind' },
        ],
      },
      { mounts: [{ container_path: '/a', host_path: '/old', readonly: false }] },
      {
        mounts: [
          { container_path: '/a', host_path: '/lib', readonly: true, propagation: PROPAGATION.HOST_TO_CONTAINER },
          { container_path: '/b', host_path: '/lib' },
        ],
      },
    ],
    [
      'groups, but not root’s',
      { additionalGids: [0, 44, 100] },
      { linux: { security_context: { privileged: false, supplemental_groups: [100] } } },
      { linux: { security_context: { privileged: false, supplemental_groups: [100, 44] } } },
    ],
  ])('is put into the words of the CRI: %s', async (_, edits, config, expected) => {
    expect(await edited(edits, { ...config, CDI_devices: [{ name: 'e.com/d=one' }] })).toMatchObject({ ...expected, CDI_devices: [] });
  });

  it.each<[ContainerEdits, string]>([
    [{ hooks: [{ hookName: 'createContainer', path: '/bin/hook' }] }, 'hook createContainer (/bin/hook)'],
    [{ netDevices: [{ hostInterfaceName: 'eth1', name: 'net0' }] }, 'network device eth1'],
    [{ intelRdt: { closID: 'x' } }, 'intelRdt'],
    [{ deviceNodes: [{ path: '/dev/no' }] }, 'device node /dev/no that is not on this machine (/dev/no)'],
    [{ deviceNodes: [{ path: '/lib' }] }, 'device node /lib that is not on this machine (/lib)'],
    [{ deviceNodes: [{ path: '/dev/real', permissions: 'none' }] }, 'device node /dev/real without permissions'],
    [{ deviceNodes: [{ path: '/dev/real', type: 'b' }] }, 'device node /dev/real of type b'],
    [{ deviceNodes: [{ path: '/dev/real', type: 'c', major: 195, minor: 4 }] }, 'device node /dev/real with number 195:4'],
    [{ deviceNodes: [{ path: '/dev/real', fileMode: 0o666 }] }, 'device node /dev/real with mode 666'],
    [{ deviceNodes: [{ path: '/dev/real', uid: 7 }] }, 'device node /dev/real of user 7'],
    [{ deviceNodes: [{ path: '/dev/real', gid: 0 }] }, 'device node /dev/real of group 0'],
    [{ mounts: [{ hostPath: 'tmpfs', containerPath: '/a', type: 'tmpfs' }] }, 'mount /a of type tmpfs'],
    [{ mounts: [{ hostPath: '/lib', containerPath: '/a', options: ['ro', 'nosuid', 'nodev'] }] }, 'mount /a with nosuid, nodev'],
    [{ mounts: [{ hostPath: '/no', containerPath: '/a' }] }, 'mount /a of /no, which is not on this machine'],
  ])('beyond the words of the CRI is an error that names it and the remedy: %j', async (edits, what) => {
    await expect(edited(edits)).rejects.toThrow(
      `the CRI of this containerd cannot express e.com/d=one: ${what}: containerd 1.7 or newer, with CDI enabled, can`,
    );
  });

  it.each<[string, object, readonly number[], boolean]>([
    ['root', {}, [], true],
    ['the container’s own image', { run_as_group: { value: 7 } }, [], true],
    ['a user to whom it is closed', { run_as_user: { value: 1000 } }, [], false],
    ['a user whose group has it', { run_as_user: { value: 1000 }, run_as_group: { value: 44 } }, [], true],
    ['a user of one of its groups', { run_as_user: { value: 1000 }, supplemental_groups: [44] }, [], true],
    ['a user who is given its group', { run_as_user: { value: 1000 } }, [44], true],
  ])('of a device node by %s is compared with who may open it on this machine', async (_, security_context, additionalGids, mayOpen) => {
    const attempt = edited({ deviceNodes: [{ path: '/dev/real' }], additionalGids: [...additionalGids] }, { linux: { security_context } });
    if (mayOpen) expect((await attempt).devices).toHaveLength(1);
    else await expect(attempt).rejects.toThrow('device node /dev/real for user 1000: containerd 1.7 or newer');
  });

  it('is compared with the files of this machine', async () => {
    const config = await withEdits({}, [
      { name: 'n', edits: { deviceNodes: [{ path: '/dev/null', type: 'c', major: 1, minor: 3, fileMode: 0o666 }] } },
    ]);
    expect(config.devices).toEqual([{ container_path: '/dev/null', host_path: '/dev/null', permissions: 'rwm' }]);
  });
});
