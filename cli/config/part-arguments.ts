import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Options } from './options.ts';
import { parseArgsConfig, parseOptions, UsageError } from './options.ts';

/** A command that `skiff up` starts, and the options of its own that it may be given beside those that `up` sets. */
export interface Part {
  readonly command: 'server' | 'agent';
  readonly options: Options;
  /** The options that `up` sets: the name of the part's option, and what to write instead. */
  readonly set: Readonly<Record<string, string>>;
}

/**
 * Checks arguments that `skiff up` hands on to a part, and returns them independent of the working directory: a background process has another
 * one, and so may the next `up`. Files are not opened. Returns undefined after `--help` was printed.
 * @throws UsageError naming the option that is wrong.
 */
export function partArguments({ command, options, set }: Part, args: readonly string[], cwd: string): readonly string[] | undefined {
  if (!parseOptions(command, `Options that 'skiff up' hands on with --${command}-arg.`, options, args)) return undefined;
  const { tokens } = parseArgs({ ...parseArgsConfig(options, args), tokens: true });
  return tokens.flatMap((token) => {
    if (token.kind !== 'option') return [];
    const remedy = Object.hasOwn(set, token.name) ? set[token.name] : undefined;
    if (remedy !== undefined) throw new UsageError(`--${command}-arg=${token.rawName}: 'skiff up' sets this option: ${remedy}`);
    if (token.value === undefined) return [token.rawName];
    const isFile = options[token.name]?.value === 'FILE' && token.value !== '-';
    return [`${token.rawName}=${isFile ? resolve(cwd, token.value) : token.value}`];
  });
}
