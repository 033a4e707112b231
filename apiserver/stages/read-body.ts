import type { Result } from '../contract/call.ts';
import type { Exchange, Next, Stage } from '../contract/stage.ts';

/** Bodies of this many bytes are work for milliseconds, for which others have their turn first. */
const LONG_BYTES = 128 * 1024;

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
  const { body } = exchange.request;
  if (body && 'bytes' in body && body.bytes.length >= LONG_BYTES) await exchange.flow?.turn();
  return next(exchange);
}
