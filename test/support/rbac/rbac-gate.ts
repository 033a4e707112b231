import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { ResourceRequestInfo } from '../../../apiserver/contract/request-info.ts';
import { requestInfoOf } from '../../../apiserver/request/request-info.ts';
import type { Grant } from './grants.ts';
import { allows } from './grants.ts';

export interface RbacGate {
  /** `http://127.0.0.1:PORT`. Requests are forwarded with their credentials. */
  readonly url: string;
  /** Refused requests as `verb group/resource`. */
  readonly refused: ReadonlySet<string>;
  /** All requests for resources, as `verb group/resource`. */
  readonly asked: ReadonlySet<string>;
  /** The grants that allowed a request. */
  readonly used: ReadonlySet<Grant>;
  close(): void;
}

const textOf = ({ verb, group, plural, subresource }: ResourceRequestInfo): string =>
  `${verb} ${group}${group === '' ? '' : '/'}${plural}${subresource === '' ? '' : `/${subresource}`}`;

/** Starts a proxy before an API server that forwards requests which the grants allow, as RBAC does, and answers others with 403. */
export async function startRbacGate(server: string, grants: readonly Grant[]): Promise<RbacGate> {
  const [refused, asked, used] = [new Set<string>(), new Set<string>(), new Set<Grant>()];
  const gate = createServer((request, response) => {
    const url = new URL(request.url ?? '/', server);
    const info = requestInfoOf(request.method ?? 'GET', url.pathname, url.searchParams);
    if (info.isResource) {
      asked.add(textOf(info));
      const grant = grants.find((each) => allows(each, info));
      if (!grant) {
        refused.add(textOf(info));
        return refuse(response, textOf(info));
      }
      used.add(grant);
    }
    passOn(url, request, response);
  });
  await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve));
  const address = gate.address();
  if (typeof address !== 'object' || address === null) throw new Error('the gate has no address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    refused,
    asked,
    used,
    close() {
      gate.close();
      gate.closeAllConnections();
    },
  };
}

function refuse(response: ServerResponse, message: string): void {
  response.writeHead(403, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason: 'Forbidden', code: 403 }));
}

function passOn(url: URL, request: IncomingMessage, response: ServerResponse): void {
  const { host: _, ...headers } = request.headers;
  const onward = httpsRequest(url, { method: request.method, headers, rejectUnauthorized: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    // A watch without events has begun too.
    response.flushHeaders();
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}
