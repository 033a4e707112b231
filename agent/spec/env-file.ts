/** Finds the value of one variable in a file that comes in pieces. */
export interface EnvFileReader {
  /** Takes the next piece. Returns the value once it is known. @throws Error naming the line that is not of the form */
  read(chunk: Buffer): string | undefined;
  /** Takes the end of the file. Returns undefined if the variable is not in it. @throws Error as `read` */
  end(): string | undefined;
}

/** The longest line that kubelet reads, in bytes. */
const MAX_LINE = 65_535;
/** The longest value in characters: eight times what Linux passes on to a program in one variable, so that a file cannot fill the agent's memory. */
const MAX_VALUE = 2 ** 20;
const NEWLINE = 10;

/**
 * Reads a file of the form `NAME='value'`, a small part of the shell's (KEP-3721): a value stands in single quotes, is taken as it is and may go
 * on over lines; a comment may follow it. `NAME= 'value'` is a variable without a value, as in the shell. Lines after the variable are not looked at.
 */
export function createEnvFileReader(key: string): EnvFileReader {
  const lines = createLineReader(key);
  let rest: Buffer = Buffer.alloc(0);
  return {
    read(chunk) {
      let from = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
        const value = lines.line(textOf(rest, chunk.subarray(from, end)));
        if (value !== undefined) return value;
        rest = Buffer.alloc(0);
        from = end + 1;
      }
      rest = Buffer.concat([rest, chunk.subarray(from)]);
      if (rest.length > MAX_LINE) throw tooLong();
      return undefined;
    },
    end() {
      const value = rest.length > 0 ? lines.line(textOf(rest, Buffer.alloc(0))) : undefined;
      if (value === undefined) lines.end();
      return value;
    },
  };
}

const tooLong = (): Error => new Error(`a line has more than ${MAX_LINE} bytes`);

/** A carriage return before the end of a line is part of the end. */
function textOf(start: Buffer, end: Buffer): string {
  if (start.length + end.length > MAX_LINE) throw tooLong();
  return Buffer.concat([start, end]).toString().replace(/\r$/, '');
}

/** A value of which the closing quote is still to come. */
interface Open {
  readonly isWanted: boolean;
  readonly since: number;
  text: string;
}

function createLineReader(key: string) {
  let number = 0;
  let open: Open | undefined;
  const fault = (why: string) => new Error(`invalid environment variable format at line ${number}: ${why}`);

  /** Takes text within quotes. Returns the value once its closing quote is there, if it is the wanted one. */
  const quoted = (text: string, value: Open): string | undefined => {
    const end = text.indexOf("'");
    if (value.isWanted) value.text += end < 0 ? `${text}\n` : text.slice(0, end);
    if (value.text.length > MAX_VALUE) throw fault(`a value has more than ${MAX_VALUE} characters`);
    open = end < 0 ? value : undefined;
    if (end < 0) return undefined;
    const after = text.slice(end + 1).replace(/^[ \t]+/, '');
    if (after !== '' && !after.startsWith('#')) throw fault('unexpected content after closing quote');
    return value.isWanted ? value.text : undefined;
  };

  return {
    line(text: string): string | undefined {
      number++;
      if (open) return quoted(text, open);
      const line = text.replace(/^[ \t]+/, '');
      if (line === '' || line.startsWith('#')) return undefined;
      const equals = line.indexOf('=');
      if (equals < 0) throw fault("missing '='");
      const name = line.slice(0, equals);
      if (/^[ \t]*$/.test(name)) throw fault('empty variable name');
      if (/[ \t]$/.test(name)) throw fault("whitespace before '=' is not allowed");
      const isWanted = name === key;
      const value = line.slice(equals + 1);
      if (/^[ \t]/.test(value)) return isWanted ? '' : undefined;
      if (!value.startsWith("'")) throw fault('value must be enclosed in single quotes');
      return quoted(value.slice(1), { isWanted, since: number, text: '' });
    },
    end(): void {
      if (open) throw new Error(`invalid environment variable format starting at line ${open.since}: unclosed single quote`);
    },
  };
}
