import type { Stats } from 'node:fs';
import { createReadStream } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

const ROOT = '/var/log';

/**
 * Serves the node's directory of logs, as kubelet does below `/logs/` (enableSystemLogHandler): a directory as a list of links, a file as it is.
 * Links that lead out of the directory are not followed, other than kubelet's: whoever writes a log would else read any file of the node.
 * Returns false, and answers nothing, if there is no such file.
 * @param path below `/logs/`, decoded
 */
export async function serveNodeLogs(path: string, request: IncomingMessage, response: ServerResponse, root = ROOT): Promise<boolean> {
  const log = await within(root, path);
  if (!log) return false;
  const { file, found } = log;
  const isDirectory = found.isDirectory();
  if (isDirectory !== (path === '' || path.endsWith('/'))) {
    const name = path.split('/').findLast((part) => part !== '') ?? '';
    response.writeHead(301, { location: isDirectory ? `${encodeURIComponent(name)}/` : `../${encodeURIComponent(name)}` }).end();
    return true;
  }
  if (isDirectory) {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(listing(await readdir(file, { withFileTypes: true })));
    return true;
  }
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'last-modified': found.mtime.toUTCString() });
  if (request.method === 'HEAD' || found.size === 0) {
    response.end();
    return true;
  }
  // A log may grow meanwhile: it is told up to the length that it has now.
  await pipeline(createReadStream(file, { end: found.size - 1 }), response);
  return true;
}

async function within(root: string, path: string): Promise<{ readonly file: string; readonly found: Stats } | undefined> {
  try {
    const [top, file] = await Promise.all([realpath(root), realpath(join(root, path))]);
    const found = await stat(file);
    const isInside = file === top || file.startsWith(top + sep);
    return isInside && (found.isDirectory() || found.isFile()) ? { file, found } : undefined;
  } catch {
    return undefined;
  }
}

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => HTML[character] ?? character);

/** A directory in the form of Go's file server. */
function listing(entries: readonly { readonly name: string; isDirectory(): boolean }[]): string {
  const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
  const links = names.map((name) => `<a href="${name.split('/').map(encodeURIComponent).join('/')}">${escaped(name)}</a>\n`);
  return `<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n${links.join('')}</pre>\n`;
}
