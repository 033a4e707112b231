import type { RequestInfo } from '../contract/request-info.ts';

/** The subresources whose requests go on as long as their client wants. */
const CONNECTIONS = new Set(['attach', 'exec', 'log', 'portforward', 'proxy']);

/** Whether a request goes on for long from its nature. A watch is none until it has begun. */
export const isLongRunning = (info: RequestInfo): boolean =>
  info.isResource ? info.subresource !== '' && CONNECTIONS.has(info.subresource) : info.path.startsWith('/debug/pprof/');
