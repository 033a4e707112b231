/** A line of a CRI log file: `TIME STREAM TAGS TEXT`, where tag `P` marks a part of a longer line, `F` its end. */
export interface LogEntry {
  readonly time: string;
  readonly stream: 'stdout' | 'stderr';
  readonly partial: boolean;
  readonly text: string;
}

/** Parses a line without its newline. Returns undefined if it has another form. */
export function parseLogLine(line: string): LogEntry | undefined {
  const afterTime = line.indexOf(' ');
  const afterStream = line.indexOf(' ', afterTime + 1);
  if (afterTime < 0 || afterStream < 0) return undefined;
  const afterTags = line.indexOf(' ', afterStream + 1);
  const stream = line.slice(afterTime + 1, afterStream);
  if (stream !== 'stdout' && stream !== 'stderr') return undefined;
  const tags = afterTags < 0 ? line.slice(afterStream + 1) : line.slice(afterStream + 1, afterTags);
  return { time: line.slice(0, afterTime), stream, partial: tags.split(':')[0] === 'P', text: afterTags < 0 ? '' : line.slice(afterTags + 1) };
}
