import { status } from '@grpc/grpc-js';
import { StoreError } from '../store-error.ts';

/** Explains an error of gRPC. etcd's own words stay in the message. */
export function storeErrorOf(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const message = `etcd store: ${text}`;
  if (/database space exceeded/.test(text)) {
    return new StoreError('NoSpace', `${message}: compact and defragment etcd or raise its quota, then disarm the alarm (etcdctl alarm disarm)`, {
      cause: error,
    });
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const tooLarge = /request is too large/.test(text) || (code === status.RESOURCE_EXHAUSTED && /larger than max/.test(text));
  return new StoreError(tooLarge ? 'TooLarge' : 'Unavailable', message, { cause: error });
}
