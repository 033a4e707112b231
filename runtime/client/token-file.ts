import { readFile } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import { systemClock } from '../../base/clock.ts';

/** Projected tokens are rotated: read them again this often, as client-go does. */
const TOKEN_LIFE_MS = 60_000;

/** Returns a function that reads the token from a file which may be replaced; the text is kept for up to a minute. */
export function fileToken(path: string, clock: Clock = systemClock): () => Promise<string> {
  let cached: { readonly token: string; readonly until: number } | undefined;
  return async () => {
    if (!cached || clock.monotonic() > cached.until) {
      cached = { token: (await readFile(path, 'utf8')).trim(), until: clock.monotonic() + TOKEN_LIFE_MS };
    }
    return cached.token;
  };
}
