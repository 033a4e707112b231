import { readFile } from 'node:fs/promises';

/** A mount that this process sees, as a line of the kernel's table tells of it (proc_pid_mountinfo(5)). */
export interface Mount {
  /** The numbers of its device: `8:1`. */
  readonly device: string;
  /** The path within the file system that is mounted; `/` unless a directory of it is. */
  readonly root: string;
  /** The path that it is mounted at, without links. */
  readonly point: string;
  /** The options of this mount alone: `rw`, `nosuid`. */
  readonly options: readonly string[];
  /** `shared:1`, `master:1`, `propagate_from:1`, `unbindable`; none of a private mount. */
  readonly propagation: readonly string[];
  /** The type of the file system: `ext4`. */
  readonly type: string;
  readonly source: string;
  /** The options of the file system, which all its mounts share: `size=64k`. */
  readonly superOptions: readonly string[];
}

/** Reads the table of mounts. Of mounts at one point the last one is seen. Rejects if the table cannot be read. */
export const readMountTable = async (path = '/proc/self/mountinfo'): Promise<readonly Mount[]> => parseMountTable(await readFile(path, 'utf8'));

/** Parses a table of mounts, in its order. Pure. */
export const parseMountTable = (text: string): readonly Mount[] => text.split('\n').flatMap((line) => mountOf(line) ?? []);

function mountOf(line: string): Mount | undefined {
  const [, , device = '', root = '', point, options = '', ...rest] = line.split(' ');
  if (point === undefined) return undefined;
  // Any number of optional fields stands before the hyphen. The source may be empty, or a hyphen.
  const separator = rest.indexOf('-');
  const [type = '', source = '', ...superOptions] = rest.slice(separator + 1);
  return {
    device,
    root: unescapeOctal(root),
    point: unescapeOctal(point),
    options: optionsOf(options),
    propagation: rest.slice(0, separator),
    type: unescapeOctal(type),
    source: unescapeOctal(source),
    superOptions: optionsOf(superOptions.join(' ')),
  };
}

/** The kernel writes a space, a tab, a line feed and a backslash as `\040` and the like; in options a comma too. */
const unescapeOctal = (text: string): string =>
  text.includes('\\') ? text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8))) : text;

/** Splits options at commas, except between quotes: SELinux's contexts hold some. */
function optionsOf(text: string): readonly string[] {
  const options = text.includes('"') ? (text.match(/(?:[^,"]+|"[^"]*"?)+/g) ?? []) : text.split(',');
  return text.includes('\\') ? options.map(unescapeOctal) : options;
}

/** Returns the mount points that are one of `directories` or below it, in the order of the table. */
export const pointsWithin = (mounts: readonly Mount[], directories: readonly string[]): string[] =>
  mounts.map(({ point }) => point).filter((point) => directories.some((directory) => point === directory || point.startsWith(`${directory}/`)));
