import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../commands/program.ts';

/** Files by their paths; one that begins with `->` is a link to what follows. */
export type LayerFiles = Readonly<Record<string, string>>;

/** Writes an archive as `docker save` does of an image that has files and no program, with a layer for each of `layers`, and returns its path. */
export async function fileImageArchive(directory: string, name: string, layers: readonly LayerFiles[]): Promise<string> {
  const work = mkdtempSync(join(tmpdir(), 'skiff-image-'));
  try {
    const archive = join(work, 'archive');
    mkdirSync(archive);
    const packed: { readonly file: string; readonly diffId: string }[] = [];
    for (const [place, files] of layers.entries()) {
      const root = join(work, `layer-${place}`);
      for (const [path, content] of Object.entries(files)) writeEntry(join(root, path), content);
      const file = `layer-${place}.tar`;
      await tar(['--sort=name', '--owner=0', '--group=0', '--mtime=@0', '-cf', join(archive, file), '-C', root, '.']);
      packed.push({
        file,
        diffId: `sha256:${createHash('sha256')
          .update(readFileSync(join(archive, file)))
          .digest('hex')}`,
      });
    }
    const config = {
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: packed.map(({ diffId }) => diffId) },
    };
    writeFileSync(join(archive, 'config.json'), JSON.stringify(config));
    const manifest = [{ Config: 'config.json', RepoTags: [name], Layers: packed.map(({ file }) => file) }];
    writeFileSync(join(archive, 'manifest.json'), JSON.stringify(manifest));
    const target = join(directory, `${createHash('sha256').update(name).digest('hex').slice(0, 12)}.tar`);
    await tar(['-cf', target, '-C', archive, '.']);
    return target;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function writeEntry(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  if (content.startsWith('->')) symlinkSync(content.slice(2), path);
  else writeFileSync(path, content);
}

async function tar(args: readonly string[]): Promise<void> {
  const { code, stderr } = await run('tar', args);
  if (code !== 0) throw new Error(`tar ${args.join(' ')}: ${stderr}`);
}
