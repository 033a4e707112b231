import { quantityProblem, valueOfQuantity } from '../../api/schema/quantity.ts';
import { parseGoDuration } from '../../base/go-duration.ts';

/** The signals by which the shortage of a resource is seen, and for each the node's condition and the resource that it is about (pkg/kubelet/eviction/helpers.go). */
export const SIGNALS = {
  'memory.available': { condition: 'MemoryPressure', resource: 'memory' },
  'allocatableMemory.available': { condition: 'MemoryPressure', resource: 'memory' },
  'nodefs.available': { condition: 'DiskPressure', resource: 'ephemeral-storage' },
  'nodefs.inodesFree': { condition: 'DiskPressure', resource: 'inodes' },
  'imagefs.available': { condition: 'DiskPressure', resource: 'ephemeral-storage' },
  'imagefs.inodesFree': { condition: 'DiskPressure', resource: 'inodes' },
  'pid.available': { condition: 'PIDPressure', resource: 'pids' },
} as const;
export type Signal = keyof typeof SIGNALS;
export type PressureCondition = (typeof SIGNALS)[Signal]['condition'];
export type StarvedResource = (typeof SIGNALS)[Signal]['resource'];

/** An amount of bytes, inodes or processes: a fixed one, or a share of the capacity. */
export type Amount = { readonly value: number } | { readonly share: number };

export interface Threshold {
  readonly signal: Signal;
  /** Less than this is a shortage. */
  readonly amount: Amount;
  /** The time that the shortage may last before pods are evicted; 0 is a hard threshold: they are evicted at once. */
  readonly graceMs: number;
  /** More than the amount must be free again before the shortage counts as over. */
  readonly minReclaim?: Amount;
}

/** Kubelet's evictionHard on Linux. */
export const DEFAULT_EVICTION_HARD = 'imagefs.available<15%,imagefs.inodesFree<5%,memory.available<100Mi,nodefs.available<10%,nodefs.inodesFree<5%';

export const amountOf = (amount: Amount, capacity: number): number => ('value' in amount ? amount.value : Math.floor(amount.share * capacity));

/**
 * Adds the threshold at which pods are evicted before all of them together meet their memory limit: as much of it is kept free as of the machine's memory
 * (pkg/kubelet/eviction/helpers.go, addAllocatableThresholds).
 */
export const withAllocatableMemory = (thresholds: readonly Threshold[]): readonly Threshold[] => [
  ...thresholds,
  ...thresholds
    .filter(({ signal, graceMs }) => signal === 'memory.available' && graceMs === 0)
    .map((threshold): Threshold => ({ ...threshold, signal: 'allocatableMemory.available' })),
];

/** Kubelet's flags, as they are written. */
export interface ThresholdTexts {
  readonly hard: string;
  readonly soft: string;
  readonly softGracePeriod: string;
  readonly minimumReclaim: string;
}

/** @throws Error that names the flag and what is wrong with it */
export function parseThresholds({ hard, soft, softGracePeriod, minimumReclaim }: ThresholdTexts): readonly Threshold[] {
  const graces = pairsOf(softGracePeriod, '=', '--eviction-soft-grace-period', durationOf);
  const reclaims = pairsOf(minimumReclaim, '=', '--eviction-minimum-reclaim', parseAmount);
  const thresholds = [...pairsOf(hard, '<', '--eviction-hard', parseAmount)].map(([signal, amount]) => ({ signal, amount, graceMs: 0 }));
  for (const [signal, amount] of pairsOf(soft, '<', '--eviction-soft', parseAmount)) {
    const graceMs = graces.get(signal);
    if (graceMs === undefined) throw new Error(`--eviction-soft: grace period must be specified for the soft eviction threshold ${signal}`);
    thresholds.push({ signal, amount, graceMs });
  }
  return thresholds.flatMap((threshold) => {
    // A threshold of 0 % is none, as upstream's.
    if ('share' in threshold.amount && threshold.amount.share === 0) return [];
    const minReclaim = reclaims.get(threshold.signal);
    return minReclaim === undefined ? threshold : { ...threshold, minReclaim };
  });
}

function pairsOf<T>(text: string, operator: string, flag: string, parse: (text: string, flag: string) => T): Map<Signal, T> {
  const found = new Map<Signal, T>();
  for (const pair of text.split(',').filter((each) => each.trim() !== '')) {
    const at = pair.indexOf(operator);
    const signal = pair.slice(0, Math.max(0, at)).trim();
    if (at < 0) throw new Error(`${flag}: ${JSON.stringify(pair)} is not of the form SIGNAL${operator}VALUE`);
    if (!isSignal(signal)) throw new Error(`${flag}: ${JSON.stringify(signal)} is no signal: it must be one of ${Object.keys(SIGNALS).join(', ')}`);
    if (found.has(signal)) throw new Error(`${flag}: ${signal} is given twice`);
    found.set(signal, parse(pair.slice(at + operator.length).trim(), flag));
  }
  return found;
}

const isSignal = (text: string): text is Signal => Object.hasOwn(SIGNALS, text);

function parseAmount(text: string, flag: string): Amount {
  if (text.endsWith('%')) {
    const percent = Number(text.slice(0, -1));
    if (text === '%' || !(percent >= 0 && percent <= 100)) throw new Error(`${flag}: ${text} must be between 0% and 100%`);
    return { share: percent / 100 };
  }
  const problem = text.startsWith('-') ? 'must not be negative' : quantityProblem(text);
  if (problem !== undefined) throw new Error(`${flag}: ${JSON.stringify(text)}: ${problem}`);
  return { value: valueOfQuantity(text) };
}

function durationOf(text: string, flag: string): number {
  const ms = parseGoDuration(text);
  if (typeof ms === 'string' || ms < 0) throw new Error(`${flag}: ${JSON.stringify(text)} must be a duration such as 1m30s`);
  return ms;
}
