/** The timer of Node's sockets, requests and responses. */
interface Idle {
  setTimeout(ms: number, callback: () => void): unknown;
}

/** Calls `idle` once nothing has been sent or received over the connection for `ms`. Node re-arms the timer at each byte; a Clock cannot. */
export const onIdle = (connection: Idle, ms: number, idle: () => void): void => void connection.setTimeout(ms, idle);
