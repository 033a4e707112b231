import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { removeDirectory } from '../../../base/remove-directory.fixture.ts';
import { hostDns } from './host-dns.ts';

let root = '';
let file = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'host-dns-'));
  file = join(root, 'resolv.conf');
});
afterEach(() => removeDirectory(root));

const searching = async (domains: readonly string[], clusterDomain = 'cluster.local') => {
  await writeFile(file, `nameserver 192.0.2.53\nsearch ${domains.join(' ')}\n`);
  return hostDns(clusterDomain, file);
};
const many = (count: number, length = 5) => Array.from({ length: count }, (_, index) => `${index}.`.padEnd(length, 'a'));

it('a node has the servers and domains of its resolv.conf', async () => {
  expect(await searching(many(29))).toEqual({ settings: { servers: ['192.0.2.53'], searches: many(29), options: [] } });
});

it.each<[string, readonly string[], (path: string) => string]>([
  [
    'more domains than fit beside those of the cluster',
    many(30),
    (path) => `Resolv.conf file '${path}' contains search line consisting of more than 29 domains!`,
  ],
  [
    'a domain that is too long',
    ['a'.repeat(254)],
    (path) => `Resolv.conf file "${path}" contains a search path which length is more than allowed 253 chars!`,
  ],
  [
    'a search line that is too long',
    many(12, 200),
    (path) => `Resolv.conf file '${path}' contains search line which length is more than allowed 2048 chars!`,
  ],
])('%s: the node says so', async (_what, domains, expected) => {
  expect((await searching(domains)).fault).toBe(expected(file));
});

it('a node without a domain of a cluster may have 32 domains', async () => {
  expect((await searching(many(32), '')).fault).toBeUndefined();
  expect((await searching(many(33), '')).fault).toContain('more than 32 domains!');
});

it('a file that is not there gives nothing, and the node says so', async () => {
  const settings = { servers: [], searches: [], options: [] };
  expect(await hostDns('cluster.local', file)).toEqual({ settings, fault: `open ${file}: no such file or directory` });
});
