import { parseArgs } from 'node:util';
import type * as z from 'zod';

/** One option of a command: its zod schema says type, default and what is allowed; its text is the help line. */
export interface Option {
  readonly schema: z.ZodType;
  readonly help: string;
  /** Shown for the value: `--port PORT`. Left out: the option is a switch. */
  readonly value?: string;
  readonly multiple?: boolean;
}

export type Options = Readonly<Record<string, Option>>;
type Parsed<O extends Options> = { readonly [K in keyof O]: z.output<O[K]['schema']> };

/** Thrown for bad arguments: the message names the option and the remedy. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Parses a command's arguments. Names are as typed, without dashes ('data-dir').
 * @throws UsageError naming the option that is wrong.
 * @returns undefined after `--help` was printed.
 */
export function parseOptions<O extends Options>(
  command: string,
  summary: string,
  options: O,
  args: readonly string[],
  positionals?: string,
): { readonly options: Parsed<O>; readonly positionals: readonly string[] } | undefined {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(helpText(command, summary, options, positionals));
    return undefined;
  }
  let raw: ReturnType<typeof parseArgs>;
  try {
    raw = parseArgs(parseArgsConfig(options, args, positionals !== undefined));
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\nRun 'skiff ${command} --help' for its options.`);
  }
  const parsed: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(options)) {
    const result = option.schema.safeParse(raw.values[name]);
    if (!result.success)
      throw new UsageError(`--${name} ${String(raw.values[name] ?? '')}: ${result.error.issues.map((issue) => issue.message).join('; ')}`);
    parsed[name] = result.data;
  }
  return { options: parsed as Parsed<O>, positionals: raw.positionals };
}

/** Describes options to `parseArgs` of node:util. */
export function parseArgsConfig(options: Options, args: readonly string[], allowPositionals = false) {
  return {
    args: [...args],
    allowPositionals,
    allowNegative: true,
    options: Object.fromEntries(
      Object.entries(options).map(([name, o]) => [
        name,
        { type: o.value === undefined ? ('boolean' as const) : ('string' as const), multiple: o.multiple ?? false },
      ]),
    ),
  };
}

function helpText(command: string, summary: string, options: Options, positionals = ''): string {
  const flags = Object.entries(options).map(([name, o]) => [`  --${name}${o.value ? ` ${o.value}` : ''}`, o.help] as const);
  const width = Math.max(0, ...flags.map(([flag]) => flag.length)) + 2;
  return `Usage: skiff ${command}${positionals ? ` ${positionals}` : ''}${flags.length ? ' [OPTIONS]' : ''}\n\n${summary}\n${flags.length ? `\n${flags.map(([flag, help]) => flag.padEnd(width) + help).join('\n')}\n` : ''}`;
}
