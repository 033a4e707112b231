/** A fault of an expression, at an offset in its source. */
export interface Issue {
  readonly at: number;
  readonly message: string;
}

/** An error that concerns the whole expression and has no place in it. */
export const NOWHERE = -1;
const MAX_REPORTED = 100;
const MAX_SNIPPET = 16_384;

/** Returns the text of the issues as cel-go shows them, in the order of the source, each with its line and a caret below it. */
export function displayIssues(source: string, issues: readonly Issue[]): string {
  const lines = source.split('\n');
  const starts: number[] = [];
  let start = 0;
  for (const line of lines) {
    starts.push(start);
    start += line.length + 1;
  }
  const placed = issues.slice(0, MAX_REPORTED).map(({ at, message }) => {
    if (at === NOWHERE) return { line: -1, column: -1, message };
    // The end of an empty source has no column.
    if (source === '') return { line: 1, column: -1, message };
    let line = starts.length - 1;
    while (line > 0 && (starts[line] ?? 0) > at) line--;
    return { line: line + 1, column: [...source.slice(starts[line] ?? 0, at)].length, message };
  });
  placed.sort((a, b) => a.line - b.line || a.column - b.column);
  const texts = placed.map(({ line, column, message }) => {
    const text = `ERROR: <input>:${line}:${column + 1}: ${message}`;
    const snippet = lines[line - 1]?.replaceAll('\t', ' ');
    return snippet === undefined || snippet.length > MAX_SNIPPET ? text : `${text}\n | ${snippet}\n | ${caret(snippet, column)}`;
  });
  if (issues.length > MAX_REPORTED) texts.push(`${issues.length - MAX_REPORTED} more errors were truncated`);
  return texts.join('\n');
}

/** Characters that do not fit into a byte count as wide ones. */
const isWide = (character: string | undefined): boolean => character !== undefined && (character.codePointAt(0) ?? 0) > 0x7f;

function caret(line: string, column: number): string {
  const characters = [...line];
  const before = characters.slice(0, column).map((c) => (isWide(c) ? '．' : '.'));
  return `${before.join('')}${isWide(characters[column]) ? '＾' : '^'}`;
}
