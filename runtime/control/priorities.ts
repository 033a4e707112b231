import type { EnqueueOptions } from '../queue/work-queue.ts';

/** Shared by all events: most wake a key without more to say. */
export const NORMAL: EnqueueOptions = { priority: 'normal' };
export const LOW: EnqueueOptions = { priority: 'low' };
