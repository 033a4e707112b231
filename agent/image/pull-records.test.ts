import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import type { Image } from '../contract/runtime.ts';
import type { CheckResult } from './pull-records.ts';
import { createPullRecords } from './pull-records.ts';
import type { PodHoldings, PullSecret } from './pulled-record.ts';
import { FOR_ALL_PODS, ofSecret } from './pulled-record.ts';
import { createRecordFiles } from './record-files.ts';
import type { ImageVerification } from './verification-policy.ts';
import { IMAGE_VERIFICATION_DEFAULTS } from './verification-policy.ts';

const WEB = 'registry.example.com/web:1';
const ID = 'sha256:1';
const MINE: PullSecret = { uid: 'u', namespace: 'default', name: 'mine', credentialHash: 'hash' };
const COPY: PullSecret = { ...MINE, uid: 'v', name: 'copy' };
const OTHER: PullSecret = { ...MINE, uid: 'w', name: 'other', credentialHash: 'other' };

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'skiff-image-records-'));
});
afterEach(() => removeDirectory(directory));

/** Starts to keep records as an agent does: what another one has kept in the directory is there. */
function start(verification: Partial<ImageVerification> = {}, present: readonly Image[] = []) {
  const clock = createFakeClock();
  const results: CheckResult[] = [];
  const records = createPullRecords({
    files: createRecordFiles(directory),
    verification: { ...IMAGE_VERIFICATION_DEFAULTS, ...verification },
    images: async () => present,
    clock,
    log: silentLogger,
    onCheck: (result) => results.push(result),
  });
  const check = async (secrets: readonly PullSecret[], image = WEB, id = ID) => {
    await records.mustPull(image, id, async () => held(...secrets));
    return results.at(-1);
  };
  return { clock, records, check };
}

const held = (...secrets: PullSecret[]): PodHoldings => ({ secrets, serviceAccounts: [] });

const filesIn = (name: 'pulling' | 'pulled') => readdir(join(directory, name)).catch(() => []);

async function pull(records: ReturnType<typeof start>['records'], credentials = ofSecret(MINE)): Promise<void> {
  await records.intend(WEB);
  await records.pulled(WEB, ID, credentials);
}

describe('an image that was pulled with a Secret', () => {
  it('is for pods that have it, also after a restart of the agent', async () => {
    await pull(start().records);
    for (const { records, check } of [start(), start({ policy: 'AlwaysVerify' })]) {
      expect(await records.mustPull(WEB, ID, async () => held(MINE))).toBe(false);
      expect(await records.mustPull(WEB, ID, async () => held(OTHER))).toBe(true);
      expect(await check([])).toBe('mustAuthenticate');
    }
    expect(await filesIn('pulling')).toEqual([]);
    expect(await filesIn('pulled')).toEqual(['sha256-51ae7fa00c92525c319404a3a6d400e52ff9372c5a39cb415e0486fe425f3165']);
  });

  it('is for pods with a copy of it, even when that is changed later', async () => {
    const { records, check } = start();
    await pull(records);
    expect(await check([COPY])).toBe('credentialRecordFound');
    expect(await check([{ ...COPY, credentialHash: 'changed' }])).toBe('credentialRecordFound');
    expect(await check([{ ...OTHER, credentialHash: 'changed' }])).toBe('credentialRecordFound');
    expect(await check([OTHER])).toBe('credentialRecordFound');
  });

  it('is not for pods that call it by the name of another registry', async () => {
    const { records, check } = start();
    await pull(records);
    expect(await check([MINE], 'other.example.com/web:1')).toBe('mustAuthenticate');
    expect(await check([MINE], 'registry.example.com/web:latest')).toBe('credentialRecordFound');
  });

  it('is for all pods once it was pulled without', async () => {
    const { records, check } = start();
    await pull(records);
    await pull(records, FOR_ALL_PODS);
    expect(await check([])).toBe('credentialRecordFound');
  });

  it('is for no pod if its record cannot be read, until it is pulled again', async () => {
    const { records, check } = start();
    await pull(records);
    const [name = ''] = await filesIn('pulled');
    await writeFile(join(directory, 'pulled', name), '{');
    expect(await check([MINE])).toBe('error');
    expect(await records.mustPull(WEB, ID, async () => held(MINE))).toBe(true);
    await pull(records);
    expect(await check([MINE])).toBe('credentialRecordFound');
  });
});

describe('an image that the node has not pulled', () => {
  it.each<[Partial<ImageVerification>, CheckResult]>([
    [{}, 'credentialPolicyAllowed'],
    [{ policy: 'NeverVerify' }, 'credentialPolicyAllowed'],
    [{ policy: 'AlwaysVerify' }, 'mustAuthenticate'],
    [{ policy: 'NeverVerifyAllowlistedImages', allowlist: ['registry.example.com/*'] }, 'credentialPolicyAllowed'],
    [{ policy: 'NeverVerifyAllowlistedImages', allowlist: ['other.example.com/*'] }, 'mustAuthenticate'],
  ])('is for pods without credentials as the policy says: %j', async (verification, result) => {
    expect(await start(verification).check([])).toBe(result);
    expect(await readdir(directory)).toEqual([]);
  });
});

describe('a pull', () => {
  it('that is under way makes the image one that is verified, as long as one of several is', async () => {
    const { records, check } = start();
    await records.intend(WEB);
    await records.intend(WEB);
    expect(await check([MINE])).toBe('mustAuthenticate');
    await records.failed(WEB);
    expect(await filesIn('pulling')).toHaveLength(1);
    expect(await check([MINE])).toBe('mustAuthenticate');
    await records.failed(WEB);
    expect(await filesIn('pulling')).toEqual([]);
    expect(await check([MINE])).toBe('credentialPolicyAllowed');
  });

  it('that an agent did not live to record leaves an image that is verified', async () => {
    await start().records.intend(WEB);
    await start().records.intend('web');
    const image = (id: string, name: string): Image => ({ id, tags: [name], digests: [], sizeBytes: 1, username: '', pinned: false });
    const { records, check } = start({}, [image(ID, WEB), image('sha256:2', 'docker.io/library/web:latest')]);
    expect(await check([MINE])).toBe('mustAuthenticate');
    expect(await check([MINE], 'docker.io/library/web', 'sha256:2')).toBe('mustAuthenticate');
    expect(await filesIn('pulling')).toEqual([]);
    expect(await filesIn('pulled')).toHaveLength(2);
    await pull(records);
    expect(await check([MINE])).toBe('credentialRecordFound');
  });

  it('that was cut off before the image was there is noted until the next one', async () => {
    await start().records.intend(WEB);
    const { records, check } = start();
    expect(await check([MINE])).toBe('mustAuthenticate');
    await records.intend(WEB);
    await records.failed(WEB);
    expect(await filesIn('pulling')).toEqual([]);
  });

  it('cannot begin if it cannot be noted', async () => {
    await writeFile(join(directory, 'pulling'), '');
    await expect(start().records.intend(WEB)).rejects.toThrow();
  });

  it('whose record cannot be written stays noted, so that the image does not count as preloaded', async () => {
    const { records, check } = start();
    await writeFile(join(directory, 'pulled'), '');
    await pull(records);
    await rm(join(directory, 'pulled'));
    expect(await check([MINE])).toBe('mustAuthenticate');
    expect(await start().check([MINE])).toBe('mustAuthenticate');
  });
});

describe('records of images that are gone', () => {
  it('are dropped, but not if an image came after the look at them', async () => {
    const { records, clock, check } = start();
    await pull(records);
    await records.prune(['sha256:2'], clock.now());
    expect(await filesIn('pulled')).toHaveLength(1);
    await clock.advance(2_000);
    await records.prune([ID], clock.now());
    expect(await check([MINE])).toBe('credentialRecordFound');
    const looked = clock.now();
    await clock.advance(2_000);
    await pull(records);
    await records.prune([], looked);
    expect(await check([MINE])).toBe('credentialRecordFound');
    await clock.advance(2_000);
    await records.prune([], clock.now());
    expect(await filesIn('pulled')).toEqual([]);
  });

  it('do not bring foreign files down with them', async () => {
    await mkdir(join(directory, 'pulled'));
    await writeFile(join(directory, 'pulled', 'README'), 'mine');
    const { records, clock } = start();
    await pull(records);
    await clock.advance(2_000);
    await records.prune([], clock.now());
    expect(await readFile(join(directory, 'pulled', 'README'), 'utf8')).toBe('mine');
    expect(await filesIn('pulled')).toEqual(['README']);
  });
});
