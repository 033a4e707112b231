import { describe, expect, it } from '@jest/globals';
import type { ConfigMap } from '../../api/kinds/core/config-map.ts';
import { configMaps } from '../../api/kinds/core/config-map.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Client, Patch } from '../client/client.ts';
import { DONE } from '../queue/result.ts';
import { withFinalizer } from './finalizer.ts';

const NAME = 'skiff.dev/test';
const object = (finalizers: string[] | undefined, deleting: boolean): Live<ConfigMap> => ({
  metadata: {
    name: 'a',
    namespace: 'default',
    uid: 'u',
    resourceVersion: '5',
    creationTimestamp: '2026-01-01T00:00:00Z',
    finalizers,
    deletionTimestamp: deleting ? '2026-01-02T00:00:00Z' : undefined,
  },
});

/** Runs the helper on an object and tells what it did. */
async function run(subject: Live<ConfigMap>, fail = false) {
  const did: (string | Patch)[] = [];
  const client = { patch: async (_kind: unknown, _key: unknown, patch: Patch) => void did.push(patch) } as unknown as Client;
  const outcome = withFinalizer(client, configMaps, subject, NAME, {
    apply: async () => {
      did.push('apply');
      return { requeueAfterMs: 5 };
    },
    cleanup: async () => {
      did.push('cleanup');
      if (fail) throw new Error('busy');
    },
  });
  return { did, outcome: await outcome.catch((error: unknown) => error) };
}

describe('a finalizer', () => {
  it('is put on a living object before anything is applied', async () => {
    expect(await run(object(undefined, false))).toEqual({
      outcome: DONE,
      did: [
        {
          type: 'json',
          operations: [
            { op: 'test', path: '/metadata/resourceVersion', value: '5' },
            { op: 'add', path: '/metadata/finalizers', value: [NAME] },
          ],
        },
      ],
    });
  });

  it('is added beside those of others', async () => {
    const { did } = await run(object(['other'], false));
    expect(did).toEqual([
      {
        type: 'json',
        operations: [
          { op: 'test', path: '/metadata/finalizers', value: ['other'] },
          { op: 'add', path: '/metadata/finalizers/-', value: NAME },
        ],
      },
    ]);
  });

  it('lets a living object that has it be applied', async () => {
    expect(await run(object([NAME], false))).toEqual({ did: ['apply'], outcome: { requeueAfterMs: 5 } });
  });

  it('is taken off a deleted object after the clean-up, at its own place only', async () => {
    const { did } = await run(object(['other', NAME], true));
    expect(did).toEqual([
      'cleanup',
      {
        type: 'json',
        operations: [
          { op: 'test', path: '/metadata/finalizers/1', value: NAME },
          { op: 'remove', path: '/metadata/finalizers/1' },
        ],
      },
    ]);
  });

  it('stays while the clean-up fails', async () => {
    const { did, outcome } = await run(object([NAME], true), true);
    expect(did).toEqual(['cleanup']);
    expect(outcome).toMatchObject({ message: 'busy' });
  });

  it('leaves a deleted object without it alone', async () => {
    expect(await run(object(['other'], true))).toEqual({ did: [], outcome: DONE });
  });
});
