import type { RawResult } from '../contract/call.ts';
import type { Exchange, Stage } from '../contract/stage.ts';
import { isKnownMethod } from '../request/request-info.ts';
import { methodNotAllowed, noSuchPage, pathNotFound } from './refusals.ts';

/** Answers paths that are no resources: by their route, or with 404. */
export const servePath: Stage = {
  name: 'serve-path',
  handle: (exchange, next) => (exchange.info.isResource ? next(exchange) : answer(exchange)),
};

async function answer({ request, route, user }: Exchange): Promise<RawResult> {
  const response = user && (await route?.handle(request, user));
  if (response) return { type: 'raw', response };
  const isApi = request.path.startsWith('/api/') || request.path.startsWith('/apis/');
  if (isApi && !isKnownMethod(request.method)) throw methodNotAllowed();
  // Upstream's router of the core group answers what it has no route for; a group that is not served has no router.
  if (request.path.startsWith('/api/')) throw pathNotFound();
  return noSuchPage();
}
