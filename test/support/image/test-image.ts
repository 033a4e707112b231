import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * The image that the tests run: Debian's busybox with a small web server as its program. It is built on this machine, without a registry.
 * `/` answers `web VERSION HOSTNAME`; the tags v1 and v2 differ in VERSION. At its start it prints `web VERSION starts`.
 */
export const IMAGE = 'docker.io/library/skiff-test';

const SERVE = `#!/bin/sh
echo "web $VERSION starts"
mkdir -p /www
echo "web $VERSION $(hostname)" > /www/index.html
trap 'echo "web $VERSION ends"; exit 0' TERM INT
/bin/busybox httpd -f -p "\${PORT:-80}" -h /www &
wait $!
`;

const run = (command: string, args: readonly string[], cwd?: string) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

function unpackPackages(root: string, work: string, packages: readonly string[]): void {
  run('apt-get', ['download', '-q', ...packages], work);
  for (const file of readdirSync(work).filter((name) => name.endsWith('.deb'))) run('dpkg-deb', ['-x', join(work, file), root]);
}

function rootFilesystem(work: string): string {
  const root = join(work, 'root');
  for (const directory of ['bin', 'etc', 'tmp', 'run', 'proc', 'sys', 'dev']) mkdirSync(join(root, directory), { recursive: true });
  unpackPackages(root, work, ['libc6', 'busybox']);
  for (const applet of run(join(root, 'bin', 'busybox'), ['--list'])
    .trim()
    .split('\n')) {
    if (!existsSync(join(root, 'bin', applet))) symlinkSync('busybox', join(root, 'bin', applet));
  }
  writeFileSync(join(root, 'etc', 'nsswitch.conf'), 'hosts: files dns\n');
  writeFileSync(join(root, 'etc', 'passwd'), 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n');
  writeFileSync(join(root, 'etc', 'group'), 'root:x:0:\nnogroup:x:65534:\n');
  writeFileSync(join(root, 'bin', 'serve'), SERVE);
  chmodSync(join(root, 'bin', 'serve'), 0o755);
  return root;
}

/** Returns the path of the image's archive, and builds it at the first call, from packages of Debian's archive. */
export function testImageArchive(): string {
  const target = join(
    process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
    'skiff',
    `test-image-${createHash('sha256').update(SERVE).digest('hex').slice(0, 12)}.tar`,
  );
  if (existsSync(target)) return target;
  const work = mkdtempSync(join(tmpdir(), 'skiff-image-'));
  try {
    const archive = join(work, 'archive');
    mkdirSync(archive);
    const layer = join(archive, 'layer.tar');
    run('tar', ['--sort=name', '--owner=0', '--group=0', '--mtime=@0', '-cf', layer, '-C', rootFilesystem(work), '.']);
    const diffId = `sha256:${createHash('sha256').update(readFileSync(layer)).digest('hex')}`;
    const manifest = ['v1', 'v2'].map((version) => {
      const config = JSON.stringify({
        architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
        os: 'linux',
        config: { Cmd: ['/bin/serve'], Env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin', `VERSION=${version}`], ExposedPorts: { '80/tcp': {} } },
        rootfs: { type: 'layers', diff_ids: [diffId] },
        history: [{ created_by: 'skiff tests' }],
      });
      writeFileSync(join(archive, `${version}.json`), config);
      return { Config: `${version}.json`, RepoTags: [`${IMAGE}:${version}`], Layers: ['layer.tar'] };
    });
    writeFileSync(join(archive, 'manifest.json'), JSON.stringify(manifest));
    const packed = join(work, 'image.tar');
    run('tar', ['-cf', packed, '-C', archive, '.']);
    mkdirSync(dirname(target), { recursive: true });
    run('cp', [packed, `${target}.part`]);
    renameSync(`${target}.part`, target);
    return target;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
