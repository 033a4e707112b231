/** One record of a CSV file and the line that it starts on, counted from one. */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/** Thrown for a file that is no CSV: names line and column, both counted from one. */
export class CsvError extends Error {
  override readonly name = 'CsvError';
  constructor(line: number, column: number, why: string) {
    super(`line ${line}, column ${column}: ${why}`);
  }
}

/**
 * Parses CSV as Go's encoding/csv does: fields in double quotes may hold commas, line breaks and doubled quotes; blanks belong to the field;
 * empty lines are skipped, and so are lines that begin with `#`. @throws CsvError
 */
export function parseCsv(text: string): readonly CsvRecord[] {
  const records: CsvRecord[] = [];
  let at = 0;
  let line = 1;
  let lineStart = 0;

  const endsLine = (index: number) => index >= text.length || text[index] === '\n' || (text[index] === '\r' && text[index + 1] === '\n');

  function quotedField(): string {
    const from = { line, column: at - lineStart + 1 };
    let field = '';
    for (at++; ; at++) {
      const char = text[at];
      if (char === undefined) throw new CsvError(from.line, from.column, 'a quoted field does not end: a " is missing');
      if (char === '"') {
        if (text[at + 1] !== '"') break;
        at++;
      }
      if (char === '\n') {
        line++;
        lineStart = at + 1;
      }
      field += char;
    }
    at++;
    if (text[at] !== ',' && !endsLine(at)) throw new CsvError(line, at - lineStart + 1, 'extraneous or missing " in a quoted field');
    return field;
  }

  function plainField(): string {
    const from = at;
    for (; text[at] !== ',' && !endsLine(at); at++) {
      if (text[at] === '"') throw new CsvError(line, at - lineStart + 1, 'bare " in a field that is not quoted');
    }
    return text.slice(from, at);
  }

  function skipLine(): void {
    const end = text.indexOf('\n', at);
    at = end < 0 ? text.length : end + 1;
    lineStart = at;
    line++;
  }

  while (at < text.length) {
    if (text[at] === '#' || endsLine(at)) {
      skipLine();
      continue;
    }
    const record = { line, fields: [] as string[] };
    for (;;) {
      record.fields.push(text[at] === '"' ? quotedField() : plainField());
      if (text[at] !== ',') break;
      at++;
    }
    records.push(record);
    skipLine();
  }
  return records;
}
