export type { SchedulerOptions } from './cycle/scheduler.ts';
export { createScheduler } from './cycle/scheduler.ts';
