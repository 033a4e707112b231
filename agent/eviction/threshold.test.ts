import { describe, expect, it } from '@jest/globals';
import type { ThresholdTexts } from './threshold.ts';
import { DEFAULT_EVICTION_HARD, parseThresholds } from './threshold.ts';

const parse = (texts: Partial<ThresholdTexts>) => parseThresholds({ hard: '', soft: '', softGracePeriod: '', minimumReclaim: '', ...texts });

describe('the thresholds of evictions', () => {
  it("are kubelet's by default", () => {
    expect(parse({ hard: DEFAULT_EVICTION_HARD })).toEqual([
      { signal: 'imagefs.available', amount: { share: 0.15 }, graceMs: 0 },
      { signal: 'imagefs.inodesFree', amount: { share: 0.05 }, graceMs: 0 },
      { signal: 'memory.available', amount: { value: 100 * 2 ** 20 }, graceMs: 0 },
      { signal: 'nodefs.available', amount: { share: 0.1 }, graceMs: 0 },
      { signal: 'nodefs.inodesFree', amount: { share: 0.05 }, graceMs: 0 },
    ]);
  });

  it('may be soft, with a grace period, and ask for more to be free again', () => {
    expect(parse({ soft: 'memory.available<1Gi', softGracePeriod: 'memory.available=1m30s', minimumReclaim: 'memory.available=100Mi' })).toEqual([
      { signal: 'memory.available', amount: { value: 2 ** 30 }, graceMs: 90_000, minReclaim: { value: 100 * 2 ** 20 } },
    ]);
  });

  it('of 0 % are none', () => {
    expect(parse({ hard: 'nodefs.available<0%' })).toEqual([]);
  });

  it.each<[Partial<ThresholdTexts>, string]>([
    [{ hard: 'memory<1Gi' }, '--eviction-hard: "memory" is no signal: it must be one of memory.available,'],
    [{ hard: 'memory.available=1Gi' }, '--eviction-hard: "memory.available=1Gi" is not of the form SIGNAL<VALUE'],
    [{ hard: 'memory.available<lots' }, '--eviction-hard: "lots": '],
    [{ hard: 'nodefs.available<101%' }, '--eviction-hard: 101% must be between 0% and 100%'],
    [{ hard: 'pid.available<1,pid.available<2' }, '--eviction-hard: pid.available is given twice'],
    [{ soft: 'pid.available<1k' }, '--eviction-soft: grace period must be specified for the soft eviction threshold pid.available'],
    [{ softGracePeriod: 'pid.available=soon' }, '--eviction-soft-grace-period: "soon" must be a duration such as 1m30s'],
    [{ minimumReclaim: 'nodefs.available=-1' }, '--eviction-minimum-reclaim: "-1": must not be negative'],
  ])('are refused as %j', (texts, message) => {
    expect(() => parse(texts)).toThrow(message);
  });
});
