import { describe, expect, it } from '@jest/globals';
import { componentStatusCollection } from './component-statuses.ts';

const { list, get } = componentStatusCollection([
  { name: 'scheduler', check: () => undefined },
  { name: 'controller-manager', check: async () => 'no leader' },
  {
    name: 'etcd-0',
    check: () => {
      throw new Error('connection refused');
    },
  },
]);

describe('ComponentStatuses', () => {
  it('tell what is healthy, what is not, and what could not be asked', async () => {
    expect(await list({ namespace: '', matches: undefined })).toEqual([
      { metadata: { name: 'scheduler' }, conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }] },
      { metadata: { name: 'controller-manager' }, conditions: [{ type: 'Healthy', status: 'False', message: 'no leader' }] },
      { metadata: { name: 'etcd-0' }, conditions: [{ type: 'Healthy', status: 'Unknown', error: 'connection refused' }] },
    ]);
  });

  it('are checked one by one when they are read by name', async () => {
    expect(await get('scheduler', '')).toEqual({
      metadata: { name: 'scheduler' },
      conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }],
    });
  });

  it('have upstream’s error for a name that is none', async () => {
    await expect(get('nobody', '')).rejects.toMatchObject({ message: 'Component not found: nobody', code: 500, reason: '' });
  });
});
