import { describe, expect, it } from '@jest/globals';
import { podDirectories } from '../contract/pod-directories.ts';
import { aContainer, aPod } from '../contract/pods.fixture.ts';
import { containerMount } from './container-mount.ts';

const directories = podDirectories('/data');
const pod = aPod({ volumes: [{ name: 'v', emptyDir: {} }] });
const mounted = (mount: object, recursiveReadOnly: boolean) =>
  containerMount(
    { pod, container: aContainer('c'), mount: { name: 'v', mountPath: '/v', ...mount }, index: 0, environment: new Map(), recursiveReadOnly },
    directories,
    '/memory',
  );

describe('a mount that is to be read-only with all below it', () => {
  it('is so where the runtime can', async () => {
    expect(await mounted({ readOnly: true, recursiveReadOnly: 'Enabled' }, true)).toMatchObject({ readonly: true, recursive_read_only: true });
    expect(await mounted({ readOnly: true, recursiveReadOnly: 'IfPossible' }, true)).toMatchObject({ recursive_read_only: true });
    expect(await mounted({ readOnly: true, recursiveReadOnly: 'Disabled' }, true)).not.toHaveProperty('recursive_read_only');
  });

  it('is refused where the runtime cannot, unless it need not be', async () => {
    await expect(mounted({ readOnly: true, recursiveReadOnly: 'Enabled' }, false)).rejects.toThrow(
      'failed to resolve recursive read-only mode: volume "v" requested recursive read-only mode, but it is not supported by the runtime',
    );
    expect(await mounted({ readOnly: true, recursiveReadOnly: 'IfPossible' }, false)).not.toHaveProperty('recursive_read_only');
    await expect(mounted({ recursiveReadOnly: 'Enabled' }, true)).rejects.toThrow('but it is not read-only');
  });
});

describe('a mount of a volume that is an image', () => {
  it('is of the content’s directory and read-only, whatever the mount says', async () => {
    const ofImage = aPod({ volumes: [{ name: 'v', image: { reference: 'model:1' } }] });
    const mount = { name: 'v', mountPath: 'v' };
    const request = {
      pod: ofImage,
      container: aContainer('c'),
      mount,
      index: 0,
      environment: new Map(),
      recursiveReadOnly: false,
      content: '/data/content',
    };
    expect(await containerMount(request, directories, '/memory')).toEqual({
      container_path: '/v',
      host_path: '/data/content',
      readonly: true,
      propagation: 0,
    });
    const upwards = containerMount({ ...request, mount: { ...mount, subPath: '../x' } }, directories, '/memory');
    await expect(upwards).rejects.toThrow("unable to provision SubPath `../x`: must not contain '..'");
  });
});
