import type { Clock } from '../../base/clock.ts';
import type { RouteHandler } from '../contract/route.ts';
import { textResponse } from '../encode/plain-response.ts';
import type { FlowControl } from './flow-control.ts';

const ROOT = '/debug/api_priority_and_fairness';

/** Shows levels, queues and requests (https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#debug-endpoints). */
export function debugRoutes(control: FlowControl, clock: Clock): readonly RouteHandler[] {
  const route = (name: string, text: (dumps: typeof import('./dumps.ts'), query: URLSearchParams) => string): RouteHandler => ({
    path: `${ROOT}/${name}`,
    unlisted: true,
    handle: async ({ query }) => textResponse(200, text(await import('./dumps.ts'), query)),
  });
  return [
    route('dump_priority_levels', ({ dumpLevels }) => dumpLevels(control)),
    route('dump_queues', ({ dumpQueues }) => dumpQueues(control)),
    route('dump_requests', ({ dumpRequests }, query) => dumpRequests(control, clock, (query.get('includeRequestDetails') ?? '') !== '')),
  ];
}
