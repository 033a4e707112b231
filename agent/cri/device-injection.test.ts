import { describe, expect, it } from '@jest/globals';
import { RuntimeError } from '../contract/runtime.ts';
import { createDeviceInjection, injectsCdi } from './device-injection.ts';

describe('a containerd', () => {
  it.each([
    ['1.6.20~ds1', '{"enableCDI":true}', false],
    ['1.7.24', '{"enableCDI":true}', true],
    ['v1.7.24', '{"enableCDI":false}', false],
    ['1.7.24', '{}', false],
    ['1.7.24', undefined, false],
    ['1.7.24', 'no JSON', false],
    ['v2.0.1', undefined, true],
    ['2.1.0-rc.1', '{}', true],
    ['', undefined, false],
  ])('%s, configured with %j, injects devices: %j', (version, config, expected) => {
    expect(injectsCdi({ version, config })).toBe(expected);
  });
});

describe('the configuration of a container', () => {
  const config = { CDI_devices: [{ name: 'nobody.example.com/d=1' }] };
  /** Counts how often the runtime is asked. */
  const injection = (version: string) => {
    const asked: string[] = [];
    const inject = createDeviceInjection(async () => {
      asked.push(version);
      return { version, config: undefined };
    });
    return { inject, asked };
  };

  it('without devices stays, and the runtime is not asked', async () => {
    const { inject, asked } = injection('1.6.0');
    const plain = { CDI_devices: [] };
    expect(await inject(plain)).toBe(plain);
    expect(asked).toEqual([]);
  });

  it('stays for a runtime that injects devices, which is asked once', async () => {
    const { inject, asked } = injection('2.0.0');
    expect(await inject(config)).toBe(config);
    expect(await inject(config)).toBe(config);
    expect(asked).toEqual(['2.0.0']);
  });

  it('with a device that no spec describes fails as it would in the runtime', async () => {
    const { inject } = injection('1.6.0');
    const fault = await inject(config).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(RuntimeError);
    expect(fault).toMatchObject({
      description: expect.stringContaining('CDI device injection failed: unresolvable CDI devices nobody.example.com/d=1'),
    });
  });
});
