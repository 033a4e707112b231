import type { ApiRequest, ApiResponse } from '../contract/request.ts';

type Handle = (request: ApiRequest) => Promise<ApiResponse>;

/** What says how the server is: it answers from the first moment on. */
const ALWAYS = /^\/(livez|readyz|healthz|metrics|version)(\/|$)/;

/**
 * Holds requests back until the server knows all it serves. Before, "no such resource" and an incomplete discovery would be untrue, and clients act
 * on them: who hears that an object is not found takes it for deleted. Starting takes a moment; whoever asks meanwhile waits for it.
 * Where `started` rejects, so does every request that waited.
 */
export function startGate(handle: Handle, started: Promise<void>): Handle {
  let open = false;
  const opened = started.then(() => {
    open = true;
  });
  opened.catch(() => {});
  return async (request) => {
    if (!open && !ALWAYS.test(request.path)) await opened;
    return handle(request);
  };
}
