import type { IncomingMessage } from 'node:http';
import type { Logger } from '../../base/log.ts';
import type { Authenticate } from './authentication.ts';
import type { Authorize } from './authorization.ts';
import { attributesOf } from './authorization.ts';

/** A refusal, in kubelet's words. */
export interface Refusal {
  readonly code: 401 | 403 | 500;
  readonly text: string;
}

export interface DoorOptions {
  readonly authenticate: Authenticate;
  readonly authorize: Authorize;
  readonly log: Logger;
}

/** Decides whether a request may come in; resolves to undefined if it may. It is asked before anything is looked up. */
export type Door = (request: IncomingMessage, path: string) => Promise<Refusal | undefined>;

const UNAUTHORIZED: Refusal = { code: 401, text: 'Unauthorized' };

export function createDoor({ authenticate, authorize, log }: DoorOptions): Door {
  return async (request, path) => {
    const caller = await authenticate(request).catch((error: unknown) => {
      log.warn({ err: error }, 'a caller of the node could not be authenticated');
      return undefined;
    });
    if (!caller) return UNAUTHORIZED;
    const attributes = attributesOf(request.method ?? 'GET', path);
    const { verb, subresources } = attributes;
    const asked = `user=${caller.name}, verb=${verb}, resource=nodes`;
    try {
      if (await authorize(caller, attributes)) return undefined;
    } catch (error) {
      log.warn({ err: error, user: caller.name }, 'a caller of the node could not be authorized');
      return { code: 500, text: `Authorization error (${asked}, subresource=${subresources.at(0)})` };
    }
    return { code: 403, text: `Forbidden (${asked}, subresource(s)=[${subresources.join(' ')}])\n` };
  };
}
