import type { RouteHandler } from '../contract/route.ts';
import { textResponse } from '../encode/plain-response.ts';
import type { MetricsRegistries } from './metrics-registries.ts';

/** @param prepare registers metrics that a process whose metrics nobody reads does without. */
export const metricsRoute = (metrics: MetricsRegistries, prepare: () => void): RouteHandler => ({
  path: '/metrics',
  async handle() {
    prepare();
    return textResponse(200, await metrics.parts(), metrics.contentType);
  },
});
