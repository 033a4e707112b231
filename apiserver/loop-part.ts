import type { Client } from '../runtime/client/client.ts';
import { DONE } from '../runtime/queue/result.ts';
import type { Part } from './contract/part.ts';

/** A loop that watches over something by itself: made ready once, then run until the signal aborts. */
interface Loop {
  start(): Promise<void>;
  run(signal: AbortSignal): Promise<void>;
}

/** A part whose work is a loop: the manager runs it beside an empty lane. `make` is called once, with the client of the server itself. */
export function loopPart(name: string, make: (client: Client) => Loop): Required<Pick<Part, 'name' | 'start' | 'controllers'>> {
  let loop: Loop | undefined;
  const loopOf = (client: Client): Loop => {
    loop ??= make(client);
    return loop;
  };
  return {
    name,
    start: (client) => loopOf(client).start(),
    controllers: [
      {
        name,
        concurrency: 1,
        component: name,
        setup: ({ client }) => ({ needs: [], reconcile: async () => DONE, run: (signal) => loopOf(client).run(signal) }),
      },
    ],
  };
}
