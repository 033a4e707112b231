import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Answers an upgrade with an error and ends the connection. */
export function refuseUpgrade(socket: Duplex, code: number, text: string): void {
  const headers = ['content-type: text/plain; charset=utf-8', `content-length: ${Buffer.byteLength(text)}`, 'connection: close'];
  socket.end(`HTTP/1.1 ${code} ${STATUS_CODES[code] ?? 'Error'}\r\n${headers.join('\r\n')}\r\n\r\n${text}`);
}
