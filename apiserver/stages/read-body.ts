import type { Result } from '../contract/call.ts';
import type { Exchange, Next, Stage } from '../contract/stage.ts';
import { hasLongBody } from '../request/decode-ahead.ts';

/**
 * Reads the body of a request from the network: only now is it known that its sender may ask for this at all. Until then a body costs the
 * server nothing. @throws StatusError 413 over the limit, 429 if there is no memory for it.
 */
export const readBody: Stage = {
  name: 'read-body',
  handle(exchange, next) {
    const { request, user } = exchange;
    const reading = request.receive?.(user?.name ?? '');
    return reading ? enter(exchange, reading, next) : next(exchange);
  },
};

async function enter(exchange: Exchange, reading: Promise<void>, next: Next): Promise<Result> {
  await reading;
  // Others have their turn before what takes milliseconds.
  if (hasLongBody(exchange.request)) await exchange.flow?.turn();
  return next(exchange);
}
