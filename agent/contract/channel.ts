/** Passes events from a part to another that is made later, and may in turn use the first. */
export interface Channel<Args extends readonly unknown[]> {
  /** Calls every listener. An event that nobody listens to yet is lost. */
  send(...args: Args): void;
  listen(listener: (...args: Args) => void): void;
}

export function createChannel<Args extends readonly unknown[]>(): Channel<Args> {
  const listeners: ((...args: Args) => void)[] = [];
  return {
    send(...args) {
      for (const listener of listeners) listener(...args);
    },
    listen: (listener) => void listeners.push(listener),
  };
}
