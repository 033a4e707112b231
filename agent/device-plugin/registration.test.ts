import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../base/clock.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { createPluginRegistration } from '../plugin/plugin-registration.ts';
import type { DevicePluginOptions, DevicePluginProcess } from './device-plugin.fixture.ts';
import { named, startDevicePlugin } from './device-plugin.fixture.ts';
import type { DevicePluginNode } from './device-plugin-node.fixture.ts';
import { beginNode, shown, until } from './device-plugin-node.fixture.ts';
import { STOP_GRACE_MS } from './inventory.ts';

const GPU = 'example.com/gpu';
let root = '';
let node: DevicePluginNode;
const plugins: DevicePluginProcess[] = [];
const directory = () => join(root, 'device-plugins');
const start = async (more: Partial<DevicePluginOptions> = {}): Promise<DevicePluginProcess> => {
  const plugin = await startDevicePlugin({ resource: GPU, directory: directory(), devices: named('a b'), ...more }, systemClock);
  plugins.push(plugin);
  return plugin;
};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'devplug-'));
  node = await beginNode(root);
});
afterEach(async () => {
  node.end();
  for (const plugin of plugins.splice(0)) await plugin.stop();
  await removeDirectory(root);
});

describe('an agent that begins', () => {
  it('loads nothing before a plugin connects', () => {
    expect(node.metrics()).toBeUndefined();
  });

  it('removes the sockets in the directory, and nothing else', async () => {
    node.end();
    const socket = join(directory(), 'old.sock');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    await writeFile(join(directory(), 'file'), '');
    node = await beginNode(root);
    expect([existsSync(socket), existsSync(join(directory(), 'file')), existsSync(join(directory(), 'kubelet.sock'))]).toEqual([false, true, true]);
    server.close();
  });

  it('knows whether an agent has run here before', async () => {
    expect(await node.isNewNode()).toBe(true);
    node.end();
    node = await beginNode(root);
    expect(await node.isNewNode()).toBe(false);
  });

  it('goes on without plugins if it cannot listen', async () => {
    node.end();
    await until(() => !existsSync(join(directory(), 'kubelet.sock')));
    await mkdir(join(directory(), 'kubelet.sock'));
    node = await beginNode(root);
    expect(await shown(node)).toBe('');
  });
});

describe('a plugin that calls the agent', () => {
  it('adds its resource to the node, and changes it as its devices change', async () => {
    const plugin = await start();
    await plugin.register();
    await until(async () => (await shown(node)) === `${GPU} 2/2`);
    plugin.list(named('a b c', 'b'));
    await until(async () => (await shown(node)) === `${GPU} 2/3`);
    const reports = node.reports();
    plugin.list(named('a b c', 'c'));
    plugin.list(named('a', 'a'));
    await until(async () => (await shown(node)) === `${GPU} 0/1`);
    expect(node.reports()).toBe(reports + 1);
  });

  it('is counted', async () => {
    const plugin = await start();
    await plugin.register();
    await plugin.register();
    expect(await node.metrics()?.metrics()).toContain(`kubelet_device_plugin_registration_total{resource_name="${GPU}"} 2`);
  });

  it.each([
    [{ version: 'v1beta2' }, {}, 'requested API version "v1beta2" is not supported by kubelet. Supported version is ["v1beta1"]'],
    [{}, { resource: 'gpu' }, 'the ResourceName "gpu" is invalid'],
    [{}, { resource: 'requests.example.com/gpu' }, 'the ResourceName "requests.example.com/gpu" is invalid'],
  ])('with %j as %j is refused', async (request, more, why) => {
    const plugin = await start(more);
    await expect(plugin.register(request)).rejects.toThrow(`rpc error: code = Unknown desc = ${why}`);
    expect(await shown(node)).toBe('');
  });

  it('and does not tell its options is refused', async () => {
    const plugin = await start();
    plugin.fail('GetDevicePluginOptions', 'not yet');
    await expect(plugin.register()).rejects.toThrow('failed to get device plugin options: rpc error: code = Unknown desc = not yet');
    plugin.fail('GetDevicePluginOptions', undefined);
    await plugin.register();
    await until(async () => (await shown(node)) === `${GPU} 2/2`);
  });

  it('takes the place of an earlier one, whose end is of no consequence', async () => {
    const first = await start();
    await first.register();
    await until(async () => (await shown(node)) === `${GPU} 2/2`);
    const second = await start({ endpoint: 'second.sock', devices: named('x y z') });
    await second.register();
    await until(async () => (await shown(node)) === `${GPU} 3/3`);
    await first.stop();
    second.list(named('x y z', 'z'));
    await until(async () => (await shown(node)) === `${GPU} 2/3`);
  });
});

describe('a plugin that the watcher finds', () => {
  const registrationSocket = () => join(root, 'plugins_registry', 'gpu-reg.sock');
  const registration = () => createPluginRegistration({ typeOf: () => node.plugins(), clock: systemClock });

  it('is registered, and gone with its socket', async () => {
    const plugin = await start({ registrationSocket: registrationSocket() });
    const handler = registration();
    await handler.added(registrationSocket());
    expect(plugin.registrations).toEqual([{ plugin_registered: true, error: '' }]);
    await until(async () => (await shown(node)) === `${GPU} 2/2`);
    await handler.removed(registrationSocket());
    expect(await shown(node)).toBe(`${GPU} 0/2`);
  });

  it.each([
    [{ name: GPU, versions: ['v1', 'v2'] }, 'manager version, v1beta1, is not among plugin supported versions [v1 v2]'],
    [{ name: 'gpu', versions: ['v1beta1'] }, 'invalid name of device plugin socket: the ResourceName "gpu" is invalid'],
  ])('as %j is refused', async (plugin, why) => {
    const type = await node.plugins();
    expect(() => type.validate({ ...plugin, endpoint: '/e.sock' })).toThrow(why);
  });
});

describe('a plugin that ends', () => {
  it('leaves devices that are unhealthy at once; after five minutes the resource is 0', async () => {
    node.end();
    const clock = createFakeClock();
    node = await beginNode(root, clock);
    const plugin = await start();
    await plugin.register();
    await until(async () => (await shown(node)) === `${GPU} 2/2`);
    await plugin.stop();
    await until(async () => (await shown(node)) === `${GPU} 0/2`);
    await clock.advance(STOP_GRACE_MS - 1);
    expect(await shown(node)).toBe(`${GPU} 0/2`);
    const reports = node.reports();
    await clock.advance(1);
    expect(await shown(node)).toBe(`${GPU} 0/0`);
    expect(node.reports()).toBe(reports + 1);
  });

  it('and comes back in time keeps its resource', async () => {
    node.end();
    const clock = createFakeClock();
    node = await beginNode(root, clock);
    const plugin = await start();
    await plugin.register();
    await until(async () => (await shown(node)) === `${GPU} 2/2`);
    await plugin.stop();
    await until(async () => (await shown(node)) === `${GPU} 0/2`);
    await clock.advance(STOP_GRACE_MS - 1);
    await (await start()).register();
    await until(async () => (await shown(node)) === `${GPU} 2/2`);
    await clock.advance(STOP_GRACE_MS);
    expect(await shown(node)).toBe(`${GPU} 2/2`);
  });
});

describe('an agent that begins anew', () => {
  it('shows the resource as 0 until the plugin has registered again', async () => {
    const plugin = await start();
    await plugin.register();
    await until(async () => (await shown(node)) === `${GPU} 2/2`);
    await until(() => existsSync(join(directory(), 'kubelet_internal_checkpoint')));
    node.end();
    node = await beginNode(root);
    expect(await shown(node)).toBe(`${GPU} 0/0`);
    expect(existsSync(plugin.socket)).toBe(false);
    await plugin.stop();
    await (await start()).register();
    await until(async () => (await shown(node)) === `${GPU} 2/2`);
  });

  it('forgets it if the plugin does not come back', async () => {
    await (await start()).register();
    await until(() => existsSync(join(directory(), 'kubelet_internal_checkpoint')));
    node.end();
    const clock = createFakeClock();
    node = await beginNode(root, clock);
    await clock.advance(STOP_GRACE_MS);
    expect(node.reports()).toBe(1);
    await until(async () => {
      const next = await beginNode(root);
      const text = await shown(next);
      next.end();
      return text === '';
    });
  });
});
