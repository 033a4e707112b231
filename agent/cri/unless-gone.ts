import { RuntimeError } from '../contract/runtime.ts';

/** Resolves as the call does, or with undefined if what it is about is gone. */
export async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof RuntimeError && error.code === 'NotFound') return undefined;
    throw error;
  }
}
