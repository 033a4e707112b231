import { isNotFound, StatusError } from '../../api/meta/status-error.ts';

/** Creation was refused because the namespace is being deleted: nothing in it will ever be created again. */
export const isNamespaceTerminating = (error: unknown): boolean =>
  error instanceof StatusError && (error.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') ?? false);

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Waits for a deletion, or for any write to what may be gone by now: that it is gone is as good. */
export async function unlessGone<T>(write: Promise<T>): Promise<T | undefined> {
  try {
    return await write;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
