import type { RequestInfo } from '../contract/request-info.ts';

/** The subresources whose requests go on as long as their client wants. */
const CONNECTIONS = new Set(['attach', 'exec', 'log', 'portforward', 'proxy']);

/** Whether a request is a connection into a node or pod, or its log. */
export const isConnection = (info: RequestInfo): boolean => info.isResource && CONNECTIONS.has(info.subresource);

/** Whether a request goes on for long from its nature. A watch is none until it has begun. */
export const isLongRunning = (info: RequestInfo): boolean => isConnection(info) || (!info.isResource && info.path.startsWith('/debug/pprof/'));
