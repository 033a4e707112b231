import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Clock } from '../../base/clock.ts';
import { sleep, systemClock } from '../../base/clock.ts';
import { CommandError, runCommand, tryCommand } from './command.ts';
import { fullImageName } from './image-name.ts';
import { snapshotterFile } from './layout.ts';
import { PAUSE_IMAGE, pauseImageArchive } from './pause-image.ts';

/** The namespace in which containerd keeps what CRI knows. */
export const CRI_NAMESPACE = 'k8s.io';

export interface ImageStoreOptions {
  readonly socket: string;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

export interface ImportedImage {
  /** As CRI lists it: `docker.io/library/nginx:1.25`. */
  readonly name: string;
  /** The manifest's. */
  readonly digest: string;
}

/** The longest time that the CRI service may take to learn of an image that containerd has: it follows containerd's events. */
const VISIBLE_TIMEOUT_MS = 10_000;

/**
 * Imports the images of a docker-archive or OCI archive (tar, plain or gzipped; several names in one archive are kept) and unpacks them.
 * Resolves when CRI sees them. Throws where the file cannot be read, is no image archive, or holds no image for this platform.
 */
export async function importImages(file: string, options: ImageStoreOptions): Promise<ImportedImage[]> {
  const compressed = await isGzip(file);
  const imported = compressed ? await importGzip(file, options) : await importArchive(file, undefined, options);
  if (imported.length === 0) throw new Error(`${file}: no image with a name is in this archive (save it by name, not by its ID)`);
  const stem = basename(file).replace(/\.(tar|tgz|tar\.gz)$/, '');
  const named: ImportedImage[] = [];
  for (const { name, digest } of imported) named.push({ name: await rename(name, wantedName(name, stem), options), digest });
  await waitUntilVisible(
    named.map((image) => image.name),
    options,
  );
  return named;
}

/** Imports the pause image where containerd does not have it. True when it had to. */
export async function ensurePauseImage(options: ImageStoreOptions): Promise<boolean> {
  const found = await runCommand('ctr', [...ctrArgs(options), 'images', 'ls', '-q', `name==${PAUSE_IMAGE}`], { signal: options.signal });
  if (found.trim() === PAUSE_IMAGE) return false;
  await importArchive('-', pauseImageArchive(), options);
  await waitUntilVisible([PAUSE_IMAGE], options);
  return true;
}

const ctrArgs = ({ socket }: ImageStoreOptions) => ['--address', socket, '--namespace', CRI_NAMESPACE];

async function importArchive(source: string, input: Buffer | Readable | undefined, options: ImageStoreOptions): Promise<ImportedImage[]> {
  // Unpacked where CRI looks for it: another snapshotter's copy is of no use.
  const snapshotter = await readFile(snapshotterFile(options.socket), 'utf8');
  const local = (await importsLocally()) ? ['--local'] : [];
  const args = [...ctrArgs(options), 'images', 'import', ...local, '--snapshotter', snapshotter, source];
  const result = await tryCommand('ctr', args, { input, signal: options.signal });
  if (result.code !== 0) throw new CommandError(`${source}: ${result.stderr.trim().replace(/^ctr: /, '')}`, result);
  return importedImages(result.stdout);
}

let locality: Promise<boolean> | undefined;

/** Whether `ctr` has to be told to import by itself: since containerd 1.7 it can leave that to containerd, and then prints no names. */
function importsLocally(): Promise<boolean> {
  locality ??= tryCommand('ctr', ['images', 'import', '--help']).then(({ stdout }) => /^\s+--local\b/m.test(stdout));
  return locality;
}

async function importGzip(file: string, options: ImageStoreOptions): Promise<ImportedImage[]> {
  const plain = createReadStream(file).pipe(createGunzip());
  let broken: Error | undefined;
  plain.on('error', (error) => {
    broken = error;
  });
  try {
    return await importArchive('-', Readable.from(plain), options);
  } catch (error) {
    throw broken ? new Error(`${file}: ${broken.message}`) : error;
  }
}

/** The images that `ctr images import` says it made. */
export function importedImages(output: string): ImportedImage[] {
  return [...output.matchAll(/^unpacking (\S+) \((sha256:[0-9a-f]{64})\)/gm)].map(([, name = '', digest = '']) => ({ name, digest }));
}

/** The name CRI looks an image up by. An OCI archive that holds a tag alone (`import-<date>:<tag>` to ctr) is named for its file. */
export function wantedName(imported: string, stem: string): string {
  const nameless = /^import-\d{4}-\d{2}-\d{2}:(.+)$/.exec(imported);
  return fullImageName(nameless ? `${stem}:${nameless[1]}` : imported);
}

async function rename(from: string, to: string, options: ImageStoreOptions): Promise<string> {
  if (from === to) return to;
  await runCommand('ctr', [...ctrArgs(options), 'images', 'tag', '--force', from, to], { signal: options.signal });
  await runCommand('ctr', [...ctrArgs(options), 'images', 'rm', from], { signal: options.signal });
  return to;
}

/** CRI marks an image as managed just before it puts it into its own list. */
async function waitUntilVisible(names: readonly string[], options: ImageStoreOptions): Promise<void> {
  const clock = options.clock ?? systemClock;
  const deadline = clock.monotonic() + VISIBLE_TIMEOUT_MS;
  const filters = names.map((name) => `name==${name},labels."io.cri-containerd.image"==managed`);
  for (;;) {
    const visible = await runCommand('ctr', [...ctrArgs(options), 'images', 'ls', '-q', ...filters], { signal: options.signal });
    const seen = new Set(visible.split('\n'));
    if (names.every((name) => seen.has(name))) return;
    if (clock.monotonic() > deadline) throw new Error(`CRI does not list the imported images: ${names.filter((name) => !seen.has(name)).join(', ')}`);
    await sleep(clock, 20, options.signal);
  }
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}
