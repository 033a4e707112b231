import { expect, it } from '@jest/globals';
import { usageOf } from '../../quota/usage.ts';
import type { DeviceClaim } from './device-claim.ts';
import { resourceClaims } from './index.ts';

const some = (deviceClassName: string, count: number) => ({ deviceClassName, allocationMode: 'ExactCount', count });
const all = (deviceClassName: string) => ({ deviceClassName, allocationMode: 'All' });
const named = (deviceClass: ReturnType<typeof some> | ReturnType<typeof all>, index: number) => ({ ...deviceClass, name: `r${index}` });

it.each<[string, DeviceClaim, Record<string, string>]>([
  ['nothing', {}, {}],
  ['devices of a class', { requests: [{ name: 'a', exactly: some('gpu', 2) }] }, { gpu: '2' }],
  ['all devices of a class', { requests: [{ name: 'a', exactly: all('gpu') }] }, { gpu: '32' }],
  [
    'several requests',
    {
      requests: [
        { name: 'a', exactly: some('gpu', 2) },
        { name: 'b', exactly: some('nic', 1) },
        { name: 'c', exactly: some('gpu', 1) },
      ],
    },
    { gpu: '3', nic: '1' },
  ],
  [
    'alternatives, by the most of each class',
    {
      requests: [
        { name: 'a', firstAvailable: [some('gpu', 1), some('gpu', 3), all('nic')].map(named) },
        { name: 'b', exactly: some('gpu', 1) },
      ],
    },
    { gpu: '4', nic: '32' },
  ],
])('a claim to %s is charged by number and by class', (_, devices, classes) => {
  const charged = Object.entries(classes).map(([name, devicesOfClass]) => [`${name}.deviceclass.resource.k8s.io/devices`, devicesOfClass]);
  expect(usageOf(resourceClaims, { spec: { devices } } as object, 0)).toEqual({
    'count/resourceclaims.resource.k8s.io': '1',
    ...Object.fromEntries(charged),
  });
});
