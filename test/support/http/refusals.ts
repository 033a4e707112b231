import { expect, it } from '@jest/globals';
import type { RawClient } from './raw-client.ts';

export interface Refusal {
  readonly what: string;
  readonly path?: string;
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly code: number;
  readonly message: RegExp;
}

/** Declares one test per refusal: it expects the code and a message that names the fault. */
export function refuses(raw: () => RawClient, defaults: { readonly method: string; readonly path: string }, cases: readonly Refusal[]): void {
  it.each(cases)('$what: $code', async ({ method = defaults.method, path = defaults.path, body, headers, code, message }) => {
    expect(await raw().ask(method, path, body, headers)).toMatchObject({ code, message: expect.stringMatching(message) });
  });
}
