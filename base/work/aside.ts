/** The functions that are done elsewhere, by name. Arguments and results cross over as copies. */
export type Work = Readonly<Record<string, (...args: never[]) => unknown>>;

/** Runs a function of the work elsewhere. Rejects with what it throws (of errors the message), or if whoever does it ends before it has answered. */
export type RunAside<W extends Work> = <K extends keyof W & string>(name: K, ...args: Parameters<W[K]>) => Promise<Awaited<ReturnType<W[K]>>>;

export interface Order {
  readonly id: number;
  readonly name: string;
  /** Those of the function that is named: no type can tell. */
  readonly args: never[];
}

export type Reply = { readonly id: number } & ({ readonly result: never } | { readonly error: unknown });

/** A thread or a process that does the work, one that has been started. */
export interface Helper {
  send(order: Order): void;
  /** Whether it keeps this process from ending. */
  hold(isHeld: boolean): void;
  end(): void;
}

/** Hears of a helper. */
export interface HelperEvents {
  replied(reply: Reply): void;
  /** It has ended, or cannot be started. */
  ended(error: Error): void;
}

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Returns a function that has work done by a helper, which lives as long as there is work and `idleMs` longer: what it has loaded is gone
 * with it. A helper keeps the process from ending only while it works.
 */
export function workAside<W extends Work>(start: (events: HelperEvents) => Helper, idleMs: number): RunAside<W> {
  const waiting = new Map<number, Waiting>();
  let helper: Helper | undefined;
  let idle: NodeJS.Timeout | undefined;
  let nextId = 0;

  const begin = (): Helper => {
    const started = start({
      replied(reply) {
        const caller = waiting.get(reply.id);
        waiting.delete(reply.id);
        if (waiting.size === 0) rest(started);
        if ('error' in reply) caller?.reject(reply.error);
        else caller?.resolve(reply.result);
      },
      ended(error) {
        if (helper !== started) return;
        helper = undefined;
        for (const { reject } of waiting.values()) reject(error);
        waiting.clear();
      },
    });
    return started;
  };

  const rest = (resting: Helper): void => {
    resting.hold(false);
    const end = () => {
      if (helper === resting) helper = undefined;
      resting.end();
    };
    if (idleMs === 0) end();
    else idle = setTimeout(end, idleMs).unref();
  };

  return async (name, ...args) => {
    clearTimeout(idle);
    helper ??= begin();
    helper.hold(true);
    const order: Order = { id: nextId++, name, args };
    const result = new Promise<never>((resolve, reject) => waiting.set(order.id, { resolve, reject }));
    helper.send(order);
    return result;
  };
}
