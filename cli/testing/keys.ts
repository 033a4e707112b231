import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterPki } from '../../apiserver/pki/cluster-pki.ts';
import { ensureNodePki, ensurePki } from '../../apiserver/pki/cluster-pki.ts';
import { systemClock } from '../../base/clock.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import type { KeyPair } from '../../base/x509/certificate.ts';

export interface TestKeys {
  readonly pki: ClusterPki;
  /** All simulated nodes serve with it: they share the address by which the API server knows them. */
  readonly nodeServing: KeyPair;
}

const HOST = '127.0.0.1';
/** Tests may move their clocks on by years. */
const LIFE_MS = 20 * 365 * 24 * 3_600_000;

let keys: Promise<TestKeys> | undefined;

/**
 * Returns the keys of the clusters of this process. They are made once, as that takes longer than starting a cluster; no file of them stays.
 * So a kubeconfig of one of the clusters is good for the others too.
 */
export function testKeys(): Promise<TestKeys> {
  keys ??= makeKeys().catch((error: unknown) => {
    keys = undefined;
    throw error;
  });
  return keys;
}

async function makeKeys(): Promise<TestKeys> {
  const directory = await mkdtemp(join(tmpdir(), 'skiff-testing-keys-'));
  const life = { clock: systemClock, lifeMs: LIFE_MS };
  try {
    const pki = await ensurePki(directory, { ...life, caLifeMs: LIFE_MS, names: [], ips: [] });
    const { serving } = await ensureNodePki(directory, pki.ca, 'simulated', { names: [], ips: [HOST] }, life);
    return { pki, nodeServing: serving };
  } finally {
    await removeDirectory(directory);
  }
}
