import { describe, expect, it } from '@jest/globals';
import { ContainerStatus } from './container-messages.ts';
import { toContainer, toFeatures, toSandbox } from './conversion.ts';
import { StatusResponse } from './node-messages.ts';
import { PodSandboxStatus } from './sandbox-messages.ts';

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

it('a sandbox tells its handler, unless that is the default one', () => {
  const handlerOf = (runtime_handler: string) => toSandbox(PodSandboxStatus.decode(PodSandboxStatus.encode({ id: 's', runtime_handler })));
  expect(handlerOf('kata').handler).toBe('kata');
  expect(handlerOf('')).not.toHaveProperty('handler');
});

describe('the features of a runtime', () => {
  const featuresOf = (status: Parameters<typeof StatusResponse.encode>[0], configured?: readonly string[]) =>
    toFeatures(StatusResponse.decode(StatusResponse.encode(status)), configured);
  const one = (name: string, recursiveReadOnlyMounts: boolean) => ({ name, recursiveReadOnlyMounts, userNamespaces: false });

  it('are those of each handler', () => {
    const features = (recursive_read_only_mounts: boolean) => ({ recursive_read_only_mounts, user_namespaces: true });
    const runtime_handlers = [{ features: features(true) }, { name: 'runc', features: features(true) }, { name: 'kata', features: features(false) }];
    expect(featuresOf({ runtime_handlers, features: { supplemental_groups_policy: true } })).toEqual({
      ...{ supplementalGroupsPolicy: true, recursiveReadOnlyMounts: true, userNamespaces: false },
      handlers: [one('', true), one('runc', true), one('kata', false)],
    });
  });

  it('are none where the runtime lists no handlers, which its configuration names', () => {
    expect(featuresOf({}, ['', 'runc']).handlers).toEqual([one('', false), one('runc', false)]);
    expect(featuresOf({})).toMatchObject({ supplementalGroupsPolicy: false, recursiveReadOnlyMounts: false });
  });
});
