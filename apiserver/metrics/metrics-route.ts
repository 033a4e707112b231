import type { RouteHandler } from '../contract/route.ts';
import { textResponse } from '../encode/plain-response.ts';
import type { MetricsRegistries } from './metrics-registries.ts';

export const metricsRoute = (metrics: MetricsRegistries): RouteHandler => ({
  path: '/metrics',
  handle: async () => textResponse(200, await metrics.parts(), metrics.contentType),
});
