import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { pauseImageArchive } from './pause-image.ts';
import { pauseProgram } from './pause-program.ts';
import { tarArchive } from './tar-archive.ts';

/** Reads a tar archive by the book, to check what tarArchive writes. */
function entries(archive: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (let at = 0; archive[at] !== 0; ) {
    const text = (from: number, length: number) => archive.toString('latin1', at + from, at + from + length).replace(/\0.*$/s, '');
    const header = Buffer.from(archive.subarray(at, at + 512));
    const sum = Number.parseInt(text(148, 6), 8);
    header.fill(' ', 148, 156);
    expect(header.reduce((total, byte) => total + byte, 0)).toBe(sum);
    expect(text(257, 5)).toBe('ustar');
    const size = Number.parseInt(text(124, 11), 8);
    found.set(text(0, 100), archive.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return found;
}

describe('the pause image', () => {
  it.each(['amd64', 'arm64'] as const)('for %s is a layout whose digests fit, with one file in one layer', (architecture) => {
    const files = entries(pauseImageArchive(architecture));
    const parsed = (name: string) => JSON.parse(files.get(name)?.toString() ?? '');
    const blob = (digest: string) => {
      const content = files.get(`blobs/sha256/${digest.slice(7)}`) ?? Buffer.alloc(0);
      expect(`sha256:${createHash('sha256').update(content).digest('hex')}`).toBe(digest);
      return content;
    };
    expect(parsed('oci-layout')).toEqual({ imageLayoutVersion: '1.0.0' });
    const [described] = parsed('index.json').manifests;
    expect(described.annotations['io.containerd.image.name']).toBe('skiff.dev/pause:1');
    const manifest = JSON.parse(blob(described.digest).toString());
    const config = JSON.parse(blob(manifest.config.digest).toString());
    expect(config).toMatchObject({ architecture, os: 'linux', config: { Entrypoint: ['/pause'], User: '65535:65535' } });
    expect(config.rootfs.diff_ids).toEqual([manifest.layers[0].digest]);
    expect([...entries(blob(manifest.layers[0].digest))]).toEqual([['pause', pauseProgram(architecture)]]);
  });

  it('is the same on every call', () => {
    expect(pauseImageArchive('arm64').equals(pauseImageArchive('arm64'))).toBe(true);
  });

  it('refuses names that do not fit a header', () => {
    expect(() => tarArchive([{ name: 'x'.repeat(101), mode: 0o644, content: Buffer.alloc(0) }])).toThrow(/too long/);
  });
});

describe('the pause program', () => {
  it('is an executable for its architecture, a few hundred bytes long', () => {
    for (const [architecture, machine] of [
      ['amd64', 62],
      ['arm64', 183],
    ] as const) {
      const program = pauseProgram(architecture);
      expect(program.length).toBeLessThan(400);
      expect(program.readUInt16LE(18)).toBe(machine);
      expect(program.readBigUInt64LE(96)).toBe(BigInt(program.length));
      expect(program.readBigUInt64LE(24)).toBe(0x400078n);
    }
  });

  it('for arm64 ends with mov x0, 0; mov x8, 93 (exit); svc 0', () => {
    const program = pauseProgram('arm64');
    const words = Array.from({ length: (program.length - 120 - 40) / 4 }, (_, at) => program.readUInt32LE(120 + at * 4));
    expect(words.slice(-5)).toEqual([0xd2800000, 0xf2a00000, 0xd2800ba8, 0xf2a00008, 0xd4000001]);
    // tbnz w0, 31 goes back to the first instruction of rt_sigtimedwait (137).
    const branch = words.length - 6;
    const offset = ((words[branch]! >>> 5) & 0x3fff) - 0x4000;
    expect(words[branch]! >>> 19).toBe(0x37f80000 >>> 19);
    expect(words[branch + offset + 8]).toBe((0xd2800008 | (137 << 5)) >>> 0);
  });

  (process.platform === 'linux' && process.arch === 'x64' ? it : it.skip)('sleeps until it is told to end, and then ends well', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'skiff-pause-'));
    const file = join(directory, 'pause');
    await writeFile(file, pauseProgram('amd64'));
    await chmod(file, 0o755);
    const child = spawn(file, { stdio: 'ignore' });
    const status = async (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(await readFile(`/proc/${child.pid}/status`, 'utf8'))?.[1];
    // Asleep, with SIGCHLD (17) ignored: then it waits in rt_sigtimedwait, or is just about to.
    while ((await status('State')) !== 'S' || ((BigInt(`0x${await status('SigIgn')}`) >> 16n) & 1n) !== 1n) await new Promise(setImmediate);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    await removeDirectory(directory);
  });
});
