export interface TarFile {
  /** Relative, at most 100 bytes. */
  readonly name: string;
  readonly mode: number;
  readonly content: Buffer;
}

const BLOCK = 512;

/**
 * A ustar archive (POSIX.1-1988) of a few small files in memory, owned by root, dated 1970, so that equal files give equal bytes.
 * Enough for images made in memory; it reads nothing and knows no links or directories.
 */
export function tarArchive(files: readonly TarFile[]): Buffer {
  return Buffer.concat([...files.flatMap((file) => [header(file), file.content, padding(file.content.length)]), Buffer.alloc(2 * BLOCK)]);
}

function header(file: TarFile): Buffer {
  if (Buffer.byteLength(file.name) > 100) throw new RangeError(`name too long for a ustar header: ${file.name}`);
  const block = Buffer.alloc(BLOCK);
  block.write(file.name, 0);
  block.write(octal(file.mode, 8), 100);
  block.write(octal(0, 8), 108); // owner
  block.write(octal(0, 8), 116); // group
  block.write(octal(file.content.length, 12), 124);
  block.write(octal(0, 12), 136); // time
  block.write(' '.repeat(8), 148); // the checksum counts itself as spaces
  block.write('0', 156); // a regular file
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;
const padding = (length: number): Buffer => Buffer.alloc((BLOCK - (length % BLOCK)) % BLOCK);
