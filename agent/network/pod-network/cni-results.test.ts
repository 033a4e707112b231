import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cniConfig } from './cni.ts';
import { removeCniResults } from './cni-results.ts';

describe("libcni's notes on pods", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'skiff-results-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const note = (containerId: string, leasesDir: string) => {
    const plugin = JSON.parse(cniConfig({ leasesDir, podCIDR: '10.244.0.0/24', mtu: 1500 }));
    const config = Buffer.from(JSON.stringify(plugin)).toString('base64');
    writeFileSync(join(directory, `skiff-${containerId}-eth0`), JSON.stringify({ kind: 'cniCacheV1', containerId, config }));
    writeFileSync(join(directory, `cni-loopback-${containerId}-lo`), JSON.stringify({ kind: 'cniCacheV1', containerId, config: '' }));
  };

  it('go where the pods are ours, and stay where they are others’', async () => {
    note('aa', '/ours/leases');
    note('bb', '/others/leases');
    writeFileSync(join(directory, 'skiff-cc-eth0'), '{ half');
    writeFileSync(join(directory, 'bridge-dd-eth0'), '{}');
    await removeCniResults('/ours/leases', directory);
    expect(readdirSync(directory).sort()).toEqual(['bridge-dd-eth0', 'cni-loopback-bb-lo', 'skiff-bb-eth0', 'skiff-cc-eth0']);
  });

  it('are no error where there are none', async () => {
    await expect(removeCniResults('/ours/leases', join(directory, 'absent'))).resolves.toBeUndefined();
  });
});
