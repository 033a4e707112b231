import { errors } from '../../api/meta/status-error.ts';

/** The place where a list that came in chunks goes on. */
export interface ContinueToken {
  /** The revision of the whole list; ANY_REVISION stands for the present one. */
  readonly revision: number;
  /** The key of the last item delivered, below the namespace that is listed. */
  readonly start: string;
}

/** The revision of a token for clients that would rather have an inconsistent rest than none, in upstream's form. */
export const ANY_REVISION = -1;

/** Encodes a token in upstream's form; clients must take it as opaque. */
export const encodeContinue = (token: ContinueToken): string =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: token.revision, start: `${token.start}\0` })).toString('base64url');

/** Decodes a token. @throws StatusError 400 for a text that is none. */
export function decodeContinue(text: string): ContinueToken {
  try {
    const { v, rv, start } = JSON.parse(Buffer.from(text, 'base64url').toString()) as { v?: unknown; rv?: unknown; start?: unknown };
    if (v === 'meta.k8s.io/v1' && Number.isSafeInteger(rv) && rv !== 0 && typeof start === 'string' && start !== '' && !leaves(start))
      return { revision: Number(rv), start: start.endsWith('\0') ? start.slice(0, -1) : start };
  } catch {
    // Not JSON: answered like every other text that is no token.
  }
  throw errors.badRequest('invalid continue token');
}

/** Whether a path would leave the keys that it starts from. */
const leaves = (start: string): boolean => start.startsWith('/') || start.split('/').includes('..');
