export type { SchedulerConfiguration } from './config/configuration.ts';
export { defaultConfiguration } from './config/configuration.ts';
export type { SchedulerOptions } from './cycle/scheduler.ts';
export { createScheduler } from './cycle/scheduler.ts';
