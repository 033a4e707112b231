import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { kubeletOptions, kubeletSettings } from './kubelet-options.ts';

const schema = z.object(Object.fromEntries(Object.entries(kubeletOptions).map(([name, { schema }]) => [name, schema])));
const settingsOf = (flags: Readonly<Record<string, string | boolean>>) =>
  kubeletSettings(schema.parse(flags) as Parameters<typeof kubeletSettings>[0]);
const shutdownOf = (flags: Readonly<Record<string, string>>) => settingsOf(flags).shutdown;

describe('the options of a graceful shutdown', () => {
  it('leave the shutdown alone by default', () => {
    expect(shutdownOf({})).toBeUndefined();
  });

  it('share the time between ordinary and critical pods', () => {
    expect(shutdownOf({ 'shutdown-grace-period': '30s', 'shutdown-grace-period-critical-pods': '10s' })).toEqual([
      { priority: 0, seconds: 20 },
      { priority: 2_000_000_000, seconds: 10 },
    ]);
    expect(() => shutdownOf({ 'shutdown-grace-period-critical-pods': '10s' })).toThrow('must not be longer than --shutdown-grace-period');
  });

  it('may give each priority a time of its own, in any order', () => {
    expect(shutdownOf({ 'shutdown-grace-period-by-pod-priority': '10000=3m, 0=60s,-5=1s' })).toEqual([
      { priority: -5, seconds: 1 },
      { priority: 0, seconds: 60 },
      { priority: 10_000, seconds: 180 },
    ]);
    expect(() => shutdownOf({ 'shutdown-grace-period': '30s', 'shutdown-grace-period-by-pod-priority': '0=60s' })).toThrow('only one of them');
  });

  it.each(['0', '0=', 'high=10s', '0=1s,0=2s', '0=-1s'])('refuse %s', (text) => {
    expect(() => shutdownOf({ 'shutdown-grace-period-by-pod-priority': text })).toThrow('must be a list such as');
  });
});

describe('the options of images that are present', () => {
  const POLICY = 'image-pull-credentials-verification-policy';
  const ALLOWLIST = 'preloaded-images-verification-allowlist';
  const allowlisted = (list: string) => settingsOf({ [POLICY]: 'NeverVerifyAllowlistedImages', [ALLOWLIST]: list });

  it('are those of kubelet', () => {
    expect(settingsOf({}).imageVerification).toEqual({ policy: 'NeverVerifyPreloadedImages', allowlist: [] });
    expect(settingsOf({ [POLICY]: 'AlwaysVerify' }).imageVerification).toEqual({ policy: 'AlwaysVerify', allowlist: [] });
    expect(() => settingsOf({ [POLICY]: 'Sometimes' })).toThrow('must be one of NeverVerify, NeverVerifyPreloadedImages,');
  });

  it('take an allowlist with the policy that has one', () => {
    expect(allowlisted('a.io/web,b.io/*').imageVerification.allowlist).toEqual(['a.io/web', 'b.io/*']);
    expect(() => allowlisted('a.io/web:1')).toThrow('neither tag nor digest is accepted in an image reference: a.io/web:1');
    expect(() => settingsOf({ [ALLOWLIST]: 'a.io/web' })).toThrow(`needs --${POLICY}=NeverVerifyAllowlistedImages`);
  });
});

describe('the options of pulls', () => {
  const [SERIAL, MOST] = ['serialize-image-pulls', 'max-parallel-image-pulls'];

  it.each([
    [{}, undefined],
    [{ [SERIAL]: false }, undefined],
    [{ [SERIAL]: true }, 1],
    [{ [MOST]: '5' }, 5],
    [{ [SERIAL]: true, [MOST]: '1' }, 1],
    [{ [SERIAL]: false, [MOST]: '5' }, 5],
  ])('%j', (flags, expected) => expect(settingsOf(flags).maxParallelPulls).toBe(expected));

  it.each([
    [{ [MOST]: '0' }, 'must be 1 or more'],
    [{ [MOST]: 'many' }, 'must be a number'],
    [{ [SERIAL]: true, [MOST]: '2' }, '--max-parallel-image-pulls 2: must not be more than 1 with --serialize-image-pulls'],
  ])('are not %j', (flags, problem) => expect(() => settingsOf(flags)).toThrow(problem));
});

describe('the options of reserved resources', () => {
  it('add up, and hold pods to the rest unless told otherwise', () => {
    expect(settingsOf({})).toMatchObject({ reserved: { cpu: 0, memory: 0, 'ephemeral-storage': 0, pid: 0 }, enforceNodeAllocatable: true });
    const flags = { 'system-reserved': 'cpu=200m,memory=1Ki', 'kube-reserved': 'cpu=300m,pid=1000', 'enforce-node-allocatable': 'none' };
    expect(settingsOf(flags)).toMatchObject({
      reserved: { cpu: 500, memory: 1024, 'ephemeral-storage': 0, pid: 1000 },
      enforceNodeAllocatable: false,
    });
  });

  it('say what is wrong with them', () => {
    expect(() => settingsOf({ 'kube-reserved': 'gpu=1' })).toThrow('with one of cpu, memory, ephemeral-storage, pid');
    expect(() => settingsOf({ 'enforce-node-allocatable': 'system-reserved' })).toThrow('must be pods or none');
  });
});

describe('the longest delay between restarts', () => {
  it.each([
    [{}, 300_000],
    [{ 'max-container-restart-period': '1s' }, 1_000],
    [{ 'max-container-restart-period': '1m30s' }, 90_000],
  ])('with %j is %i ms', (flags, ms) => expect(settingsOf(flags).maxRestartDelayMs).toBe(ms));

  it.each(['999ms', '5m1s', '-10s', 'soon'])('is not %s', (text) => {
    expect(() => settingsOf({ 'max-container-restart-period': text })).toThrow(/must be (between 1s and 5m|a duration)/);
  });
});
