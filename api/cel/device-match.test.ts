import { describe, expect, it } from '@jest/globals';
import type { SelectableDevice } from './device-match.ts';
import { deviceMatcher } from './device-match.ts';

const device: SelectableDevice = {
  driver: 'gpu.example.com',
  allowMultipleAllocations: true,
  attributes: {
    big: { bool: true },
    cores: { int: 64 },
    model: { string: 'x' },
    'other.example.com/version': { version: '1.10.0' },
  },
  capacity: { memory: { value: '40Gi' } },
};
const own = 'device.attributes["gpu.example.com"]';

/** Looks at more than a million combinations. */
const endless = ['a', 'b', 'c', 'd', 'e', 'f'].reduce((inner, name) => `[0,1,2,3,4,5,6,7,8,9].all(${name}, ${inner})`, 'true');

describe('an expression about a device', () => {
  it.each<[string, boolean]>([
    ['device.driver == "gpu.example.com" && device.allowMultipleAllocations', true],
    [`${own}.big`, true],
    [`${own}.cores > 32 && ${own}.model == "x"`, true],
    ['device.attributes["other.example.com"].version.isGreaterThan(semver("1.9.0"))', true],
    ['device.capacity["gpu.example.com"].memory.isLessThan(quantity("1Ti"))', true],
    [`cel.bind(gpu, ${own}, gpu.cores == 64 && !has(gpu.lost))`, true],
    ['has(device.attributes["lost"].x)', false],
    ['"lost" in device.attributes', false],
    ['"gpu.example.com" in device.attributes', true],
    ['size(device.attributes) == 2', true],
  ])('%s is %s', (expression, expected) => {
    expect(deviceMatcher(expression)(device)).toBe(expected);
  });

  it.each<[string, SelectableDevice, string]>([
    [`${own}.lost`, device, 'no such key: lost'],
    [`${own}.cores`, device, "CEL result of type int could not be converted to bool: unsupported native conversion from int to 'bool'"],
    ['true', { ...device, attributes: { list: {} } }, 'attribute list: unsupported attribute value'],
    ['true', { ...device, attributes: { v: { version: '1.x' } } }, 'attribute v: parse semantic version: No Major.Minor.Patch elements found'],
    [endless, device, 'operation cancelled: actual cost limit exceeded'],
  ])('fails with the reason: %s', (expression, given, message) => {
    expect(() => deviceMatcher(expression)(given)).toThrow(message);
  });
});
