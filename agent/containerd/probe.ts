import { credentials, makeClientConstructor, status } from '@grpc/grpc-js';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';

/** The number of the field runtime_version in the answer of `runtime.v1.RuntimeService/Version` (cri-api, v1). */
const RUNTIME_VERSION_FIELD = 3;

/**
 * Asks the CRI service behind `socket` for its version: it answers only when it serves.
 * Returns the runtime's version ("1.6.20~ds1"), or undefined if no service that is ready listens there.
 */
export function probeCri(socket: string, timeoutMs: number, clock: Clock): Promise<string | undefined> {
  const identity = (bytes: Buffer) => bytes;
  const Client = makeClientConstructor({}, 'runtime.v1.RuntimeService');
  const client = new Client(`unix://${socket}`, credentials.createInsecure(), { 'grpc.enable_http_proxy': 0 });
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      '/runtime.v1.RuntimeService/Version',
      identity,
      identity,
      Buffer.alloc(0),
      { deadline: clock.now() + timeoutMs },
      (error, value) => {
        client.close();
        if (error && error.code !== status.OK) resolve(undefined);
        else resolve(textField(value ?? Buffer.alloc(0), RUNTIME_VERSION_FIELD) ?? '');
      },
    );
  });
}

/** Waits until the CRI service answers: asks every few milliseconds, as start-up is what a user waits for. False after `timeoutMs`, or on abort. */
export async function waitForCri(socket: string, clock: Clock, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
  const deadline = clock.monotonic() + timeoutMs;
  while (!signal?.aborted && clock.monotonic() < deadline) {
    if ((await probeCri(socket, Math.min(1000, timeoutMs), clock)) !== undefined) return true;
    await sleep(clock, 10, signal);
  }
  return false;
}

/** A string field of a protobuf message whose fields are all strings shorter than 128 bytes. */
function textField(message: Buffer, field: number): string | undefined {
  for (let at = 0; at + 1 < message.length; ) {
    const tag = message.readUInt8(at);
    const length = message.readUInt8(at + 1);
    if (tag === ((field << 3) | 2)) return message.toString('utf8', at + 2, at + 2 + length);
    at += 2 + length;
  }
  return undefined;
}
