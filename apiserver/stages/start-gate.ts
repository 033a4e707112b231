import type { Result } from '../contract/call.ts';
import type { Exchange, Next, Stage } from '../contract/stage.ts';

/** Paths that tell how the server is: they answer from the first moment on. */
const ALWAYS = /^\/(livez|readyz|healthz|metrics|version)(\/|$)/;

/**
 * Holds requests back until the server knows all it serves. Before, "no such resource" and an incomplete discovery would be untrue, and
 * clients act on them: one that hears that an object is not found takes it for deleted. Starting takes a moment; requests wait for it.
 * If `started` rejects, so does every request that waited.
 */
export function startGate(started: Promise<void>): Stage {
  let open = false;
  const opened = started.then(() => {
    open = true;
  });
  opened.catch(() => {});
  async function enter(exchange: Exchange, next: Next): Promise<Result> {
    await opened;
    return next(exchange);
  }
  return {
    name: 'start-gate',
    handle: (exchange, next) => (open || ALWAYS.test(exchange.request.path) ? next(exchange) : enter(exchange, next)),
  };
}
