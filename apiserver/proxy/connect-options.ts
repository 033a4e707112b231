import type { KubeObject } from '../../api/meta/object.ts';
import type { SubresourceRequest } from '../contract/subresource.ts';
import { isTrue } from '../request/request-info.ts';

/** The options of a connection, which admission is shown as its object. */
interface ConnectOptions extends KubeObject {
  readonly [field: string]: unknown;
}

const STREAMS = ['stdin', 'stdout', 'stderr', 'tty'] as const;

const optionsOf = (kind: string, fields: object): ConnectOptions => ({ kind, apiVersion: 'v1', ...fields });

/** Returns the options of a stream; standard output and error are asked for by default. */
function streamFields({ request: { query } }: SubresourceRequest): object {
  const streams = STREAMS.filter((name) => (query.has(name) ? isTrue(query.get(name)) : name === 'stdout' || name === 'stderr'));
  const container = query.get('container');
  return { ...Object.fromEntries(streams.map((name) => [name, true])), ...(container ? { container } : {}) };
}

export const attachOptions = (request: SubresourceRequest): KubeObject => optionsOf('PodAttachOptions', streamFields(request));

export const execOptions = (request: SubresourceRequest): KubeObject =>
  optionsOf('PodExecOptions', { ...streamFields(request), command: request.request.query.getAll('command') });

export function portForwardOptions({ request }: SubresourceRequest): KubeObject {
  const ports = request.query.getAll('ports').flatMap((list) => list.split(',').map(Number));
  return optionsOf('PodPortForwardOptions', ports.length > 0 ? { ports } : {});
}

/** Returns the options of a proxied request: the path below the object. */
export function proxyOptions({ kind, info }: SubresourceRequest): KubeObject {
  const path = info.isResource ? info.rest : '';
  return optionsOf(`${kind.kind}ProxyOptions`, path === '' ? {} : { path });
}
