/** A source of chance: numbers from 0 up to, not including, 1. Injected so that a run can be replayed from a seed. */
export type Random = () => number;

export const systemRandom: Random = () => Math.random();
