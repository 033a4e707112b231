/** The part of a socket, request or response of Node's that ends idle connections. */
interface Idle {
  setTimeout(ms: number, callback: () => void): unknown;
}

/** Calls `idle` once nothing has come or gone over the connection for `ms`. Node re-arms the timer at each byte, which a clock of ours could not. */
export const onIdle = (connection: Idle, ms: number, idle: () => void): void => void connection.setTimeout(ms, idle);
