import { StatusError } from '../../api/meta/status-error.ts';
import { StoreError } from '../../store/store-error.ts';

/** The refusal of an object that is larger than the store takes. */
export const tooLargeForStore = (): StatusError => new StatusError('', 'etcdserver: request is too large');

/**
 * Returns what a client is told of a store's error; other errors as they are. A full or too small store is told in upstream's words (those
 * of etcd, with code 500 and no reason). Paths of the machine stay in the log.
 */
export function storeStatus(error: unknown): unknown {
  if (!(error instanceof StoreError)) return error;
  switch (error.fault) {
    case 'TooLarge':
      return tooLargeForStore();
    case 'NoSpace':
      return new StatusError('', 'etcdserver: mvcc: database space exceeded');
    case 'Unavailable':
      return new StatusError('ServiceUnavailable', 'the store does not answer; the write may have been made', { retryAfterSeconds: 1 });
    case 'Damaged':
      return new StatusError('InternalError', 'Internal error occurred: the store is damaged');
  }
}
