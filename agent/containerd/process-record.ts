import { readFile, writeFile } from 'node:fs/promises';

/** A process, named so that a reused number is not taken for it. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot: field 22 of /proc/PID/stat. */
  readonly startTicks: string;
}

/** The process `pid` as it is now. Returns undefined if it is gone or a zombie. */
export async function identityOf(pid: number): Promise<ProcessIdentity | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  // The name stands in parentheses and may hold blanks: fields are counted from behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const startTicks = fields[19];
  return startTicks === undefined || state === 'Z' || state === 'X' ? undefined : { pid, startTicks };
}

export async function isAlive(process: ProcessIdentity): Promise<boolean> {
  return (await identityOf(process.pid))?.startTicks === process.startTicks;
}

export async function writeProcessRecord(file: string, process: ProcessIdentity): Promise<void> {
  await writeFile(file, `${process.pid} ${process.startTicks}\n`, { mode: 0o600 });
}

/** The process that a record names, if it still runs. */
export async function readProcessRecord(file: string): Promise<ProcessIdentity | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const match = /^(\d+) (\d+)$/.exec(text.trim());
  if (!match?.[1] || !match[2]) return undefined;
  const recorded = { pid: Number(match[1]), startTicks: match[2] };
  return (await isAlive(recorded)) ? recorded : undefined;
}
