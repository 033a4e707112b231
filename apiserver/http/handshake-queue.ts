import type { Socket } from 'node:net';

/** Handshakes begun in one turn of the event loop. With their later steps they hold it up for a few milliseconds. */
const PER_TURN = 4;

/** Begins the handshakes of new connections, in their order, a few in each turn of the event loop, so that requests are served in between. */
export function createHandshakeQueue(begin: (socket: Socket) => void): { add(socket: Socket): void } {
  let waiting: Socket[] = [];
  /** Those at the head of `waiting` that have begun. */
  let taken = 0;
  let left = PER_TURN;
  let isScheduled = false;

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(nextTurn);
  }

  function nextTurn(): void {
    isScheduled = false;
    left = PER_TURN;
    while (left > 0 && taken < waiting.length) {
      const socket = waiting[taken++];
      if (socket && !socket.destroyed) start(socket);
    }
    if (taken < waiting.length) return;
    waiting = [];
    taken = 0;
  }

  function start(socket: Socket): void {
    left--;
    schedule();
    begin(socket);
  }

  return {
    add(socket) {
      if (left > 0 && waiting.length === 0) return start(socket);
      // The TLS socket looks after its errors once there is one.
      socket.on('error', () => socket.destroy());
      waiting.push(socket);
      schedule();
    },
  };
}
