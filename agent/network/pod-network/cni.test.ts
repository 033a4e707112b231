import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { removeDirectory } from '../../../base/remove-directory.fixture.ts';
import { writeCniConfig } from './cni.ts';
import { podLinks } from './pod-links.ts';
import { applySysctls, restoreSysctls } from './sysctls.ts';
import { defaultRouteDevice } from './uplink.ts';

const directories: string[] = [];
async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'skiff-cni-'));
  directories.push(directory);
  return directory;
}
afterEach(async () => {
  for (const directory of directories.splice(0)) await removeDirectory(directory);
});

describe('the CNI list', () => {
  it('gives pods addresses of the node’s CIDR, and is written once', async () => {
    const confDir = await temporary();
    const options = { confDir, leasesDir: '/run/x/leases', podCIDR: '10.244.3.0/24', mtu: 1400 };
    expect(await writeCniConfig(options)).toBe(true);
    expect(await writeCniConfig(options)).toBe(false);
    expect(await readdir(confDir)).toEqual(['10-skiff.conflist']);
    const list = JSON.parse(await readFile(join(confDir, '10-skiff.conflist'), 'utf8'));
    expect(list.plugins).toEqual([
      {
        type: 'ptp',
        ipMasq: false,
        mtu: 1400,
        ipam: { type: 'host-local', dataDir: '/run/x/leases', ranges: [[{ subnet: '10.244.3.0/24' }]], routes: [{ dst: '0.0.0.0/0' }] },
      },
    ]);
    expect(await writeCniConfig({ ...options, podCIDR: '10.244.4.0/24' })).toBe(true);
  });
});

describe('the uplink', () => {
  it('is the device of the default route with the lowest metric', () => {
    const table = [
      'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT',
      'eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
      'wlan0\t00000000\t010200C0\t0003\t0\t0\t600\t00000000\t0\t0\t0',
      'eth1\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0',
      '',
    ].join('\n');
    expect(defaultRouteDevice(table)).toBe('eth1');
    expect(defaultRouteDevice(table.split('\n').slice(0, 2).join('\n'))).toBeUndefined();
  });
});

describe('pod links', () => {
  it('are veth devices with a host address', () => {
    const output = [
      '1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever',
      '4: eth0    inet 192.0.2.2/24 brd 192.0.2.255 scope global eth0\\       valid_lft forever preferred_lft forever',
      '9: veth1a2b3c4d    inet 10.244.0.1/32 scope global veth1a2b3c4d\\       valid_lft forever preferred_lft forever',
      '10: veth9    inet 10.9.0.1/24 scope global veth9\\       valid_lft forever preferred_lft forever',
    ].join('\n');
    expect(podLinks(output)).toEqual([{ device: 'veth1a2b3c4d', gateway: '10.244.0.1' }]);
  });
});

describe('kernel settings', () => {
  it('are put back as they were before the first change', async () => {
    const root = await temporary();
    const file = join(root, 'saved', 'sysctls.json');
    await mkdir(join(root, 'net'));
    await writeFile(join(root, 'net', 'forward'), '0\n');
    await writeFile(join(root, 'net', 'other'), '1\n');
    const read = async (name: string) => (await readFile(join(root, 'net', name), 'utf8')).trim();
    const wanted = { 'net.forward': '1', 'net.other': '1' };
    await applySysctls({ file, root, wanted });
    await applySysctls({ file, root, wanted });
    expect(await read('forward')).toBe('1');
    await writeFile(join(root, 'net', 'other'), '7');
    await restoreSysctls({ file, root });
    expect(await read('forward')).toBe('0');
    expect(await read('other')).toBe('7');
  });

  it('that are missing are named', async () => {
    const root = await temporary();
    await expect(applySysctls({ file: join(root, 'saved'), root, wanted: { 'net.none': '1' } })).rejects.toThrow(/net\/none/);
  });
});
