import { describe, expect, it } from '@jest/globals';
import { ContainerStatus } from './container-messages.ts';
import { toContainer } from './conversion.ts';

const converted = (status: Parameters<typeof ContainerStatus.encode>[0]) => toContainer(ContainerStatus.decode(ContainerStatus.encode(status)));

describe('the status of a container', () => {
  it('tells the user of its first process, also if that is root', () => {
    const user = { linux: { uid: 1000, gid: 3000, supplemental_groups: [4000, 2 ** 31] } };
    expect(converted({ id: 'a', user }).user).toEqual({ uid: 1000, gid: 3000, supplementalGroups: [4000, 2 ** 31] });
    expect(converted({ id: 'a', user: { linux: {} } }).user).toEqual({ uid: 0, gid: 0, supplementalGroups: [] });
  });

  it('has the user under the number that the CRI gives it', () => {
    // Field 18 holds field 1, which holds the fields 1 to 3.
    const bytes = Buffer.from([0x92, 0x01, 0x09, 0x0a, 0x07, 0x08, 0x05, 0x10, 0x06, 0x1a, 0x01, 0x07]);
    expect(toContainer(ContainerStatus.decode(bytes)).user).toEqual({ uid: 5, gid: 6, supplementalGroups: [7] });
  });

  it('has no user if the runtime does not tell', () => {
    expect(converted({ id: 'a' })).not.toHaveProperty('user');
  });
});
