import { describe, expect, it } from '@jest/globals';
import { registrationArguments } from './registration-flags.ts';

describe('the size and labels of nodes that skiff up is asked for', () => {
  const kept = () => ['--node-cpus=4', '--log-level=debug'];

  it.each<[string, Parameters<typeof registrationArguments>[0], readonly string[] | undefined, readonly string[] | undefined]>([
    ['say nothing if none is given', {}, undefined, undefined],
    ['leave what is handed on alone if none is given', {}, ['--log-level=info'], ['--log-level=info']],
    ['join what was kept, and replace their own kind', { 'node-cpus': '8' }, undefined, ['--log-level=debug', '--node-cpus=8']],
    ['join what is handed on', { 'node-labels': 'a=b' }, ['--node-pods=5'], ['--node-pods=5', '--node-labels=a=b']],
    ['join nothing if what was kept is dropped', { 'node-pods': '5' }, [''], ['', '--node-pods=5']],
  ])('%s', (_, flags, given, expected) => {
    expect(registrationArguments(flags, given, kept)).toEqual(expected);
  });
});
