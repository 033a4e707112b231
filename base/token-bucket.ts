/** The state of a rate limit that lets `burst` events through at once, and one more per `refillMs`. */
export interface TokenBucket {
  tokens: number;
  /** Milliseconds. */
  refilledAt: number;
}

export const fullBucket = (burst: number, now: number): TokenBucket => ({ tokens: burst, refilledAt: now });

/** Takes a token and returns true if there is one; returns false otherwise. Changes the bucket. */
export function takeToken(bucket: TokenBucket, now: number, { burst, refillMs }: { readonly burst: number; readonly refillMs: number }): boolean {
  bucket.tokens = Math.min(burst, bucket.tokens + (now - bucket.refilledAt) / refillMs);
  bucket.refilledAt = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}
