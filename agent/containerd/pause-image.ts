import { createHash } from 'node:crypto';
import type { PauseArchitecture } from './pause-program.ts';
import { pauseProgram } from './pause-program.ts';
import { tarArchive } from './tar-archive.ts';

/** The image of every pod's sandbox container: made here, asked of no registry. Raise the tag when its content changes. */
export const PAUSE_IMAGE = 'skiff.dev/pause:1';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

/** The pause image as an OCI image layout in a tar archive (a few kilobytes), named PAUSE_IMAGE. Equal on every call. */
export function pauseImageArchive(architecture: PauseArchitecture = process.arch === 'arm64' ? 'arm64' : 'amd64'): Buffer {
  const layer = tarArchive([{ name: 'pause', mode: 0o755, content: pauseProgram(architecture) }]);
  const config = json({
    architecture,
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    // The user that upstream's pause image runs as: the program needs no right at all.
    config: { User: '65535:65535', Entrypoint: ['/pause'], WorkingDir: '/' },
    rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
    history: [{ created: '1970-01-01T00:00:00Z', created_by: 'skiff' }],
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: describe('application/vnd.oci.image.config.v1+json', config),
    layers: [describe('application/vnd.oci.image.layer.v1.tar', layer)],
  });
  const index = json({
    schemaVersion: 2,
    manifests: [
      {
        ...describe(MANIFEST, manifest),
        platform: { architecture, os: 'linux' },
        annotations: { 'io.containerd.image.name': PAUSE_IMAGE, 'org.opencontainers.image.ref.name': '1' },
      },
    ],
  });
  const blob = (content: Buffer) => ({ name: `blobs/sha256/${digestOf(content).slice('sha256:'.length)}`, mode: 0o644, content });
  return tarArchive([
    { name: 'oci-layout', mode: 0o644, content: json({ imageLayoutVersion: '1.0.0' }) },
    { name: 'index.json', mode: 0o644, content: index },
    ...[manifest, config, layer].map(blob),
  ]);
}

const json = (value: object): Buffer => Buffer.from(JSON.stringify(value));
const digestOf = (content: Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;
const describe = (mediaType: string, content: Buffer) => ({ mediaType, digest: digestOf(content), size: content.length });
