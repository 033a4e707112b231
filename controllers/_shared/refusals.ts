import { isNotFound, StatusError } from '../../api/meta/status-error.ts';

/** Whether a creation was refused because the namespace is terminating: nothing can be created in it any more. */
export const isNamespaceTerminating = (error: unknown): boolean =>
  error instanceof StatusError && (error.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') ?? false);

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Awaits a request about an object that may be deleted by now; resolves to undefined if it is (NotFound). */
export async function unlessGone<T>(write: Promise<T>): Promise<T | undefined> {
  try {
    return await write;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
