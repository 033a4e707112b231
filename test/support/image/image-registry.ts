import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../commands/program.ts';

export interface ImageRegistry {
  /** `localhost:PORT`: the runtime speaks plain HTTP there. */
  readonly host: string;
  /** The manifest's digest. */
  readonly digest: string;
  stop(): Promise<void>;
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/**
 * Starts a registry (https://github.com/opencontainers/distribution-spec) that serves the first image of an archive of `docker save`: under
 * `open/NAME` to everybody, and under `private/NAME` to clients with the password. Its ID is another than that of the image in the archive, so that
 * a node on which the archive was imported does not take one for the other.
 */
export async function startImageRegistry(archive: string, name: string, user: { readonly name: string; readonly password: string }) {
  const directory = mkdtempSync(join(tmpdir(), 'skiff-registry-'));
  const unpacked = await run('tar', ['-xf', archive, '-C', directory]);
  if (unpacked.code !== 0) throw new Error(unpacked.stderr);
  const read = (file: string) => readFileSync(join(directory, file));
  const [image]: { Config: string; Layers: string[] }[] = JSON.parse(read('manifest.json').toString());
  if (!image) throw new Error(`${archive} holds no image`);
  const config = Buffer.from(JSON.stringify({ ...JSON.parse(read(image.Config).toString()), author: 'the registry of the tests' }));
  const layers = image.Layers.map(read);
  rmSync(directory, { recursive: true, force: true });
  const describe = (bytes: Buffer, mediaType: string) => ({ mediaType, digest: digestOf(bytes), size: bytes.length });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: describe(config, 'application/vnd.oci.image.config.v1+json'),
      layers: layers.map((layer) => describe(layer, 'application/vnd.oci.image.layer.v1.tar')),
    }),
  );
  const blobs = new Map([config, ...layers].map((bytes) => [digestOf(bytes), bytes]));
  const credentials = `Basic ${Buffer.from(`${user.name}:${user.password}`).toString('base64')}`;

  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const [, access, image, kind, reference = ''] = /^\/v2\/(open|private)\/([^/]+)\/(manifests|blobs)\/(.+)$/.exec(request.url ?? '') ?? [];
    if (access === 'private' && request.headers.authorization !== credentials) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="tests"' }).end();
      return;
    }
    const known = image === name && (kind === 'blobs' || ['v1', digestOf(manifest)].includes(reference));
    const body = !known ? undefined : kind === 'manifests' ? manifest : blobs.get(reference);
    if (!body) {
      response.writeHead(404).end();
      return;
    }
    const type = kind === 'manifests' ? MANIFEST : 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'content-length': body.length, 'docker-content-digest': digestOf(body) });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  const server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    host: `localhost:${typeof address === 'object' && address ? address.port : 0}`,
    digest: digestOf(manifest),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  } satisfies ImageRegistry;
}
