import { expect, it } from '@jest/globals';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { createTriggerTimes } from './trigger-times.ts';

const live = (name: string) => ({ metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' } });
const pod = (name: string, minute: number): Live<Pod> => ({
  ...live(name),
  status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: `2026-01-01T00:0${minute}:00Z` }] },
});

it('tells the earliest change since the last time', () => {
  const triggers = createTriggerTimes();
  const service = live('web');
  expect(triggers.next(service, [pod('a', 1)])).toBe('2026-01-01T00:00:00Z');
  expect(triggers.next(service, [pod('a', 1)])).toBeUndefined();
  expect(triggers.next(service, [pod('a', 5), pod('b', 3), pod('c', 4)])).toBe('2026-01-01T00:03:00Z');
  expect(triggers.next(service, [pod('a', 5), pod('b', 6), pod('c', 4)])).toBe('2026-01-01T00:06:00Z');
  triggers.forget('web');
  expect(triggers.next(service, [pod('a', 9)])).toBe('2026-01-01T00:00:00Z');
});
