import { readFile } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import { UsageError } from '../options.ts';

/** Reads the file that an option names. @throws UsageError naming option and file. */
export async function textOf(option: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`--${option} ${path}: ${error instanceof Error ? error.message : error}`);
  }
}

/** Runs a parser, which may take its time, over the text of an option's file. @throws UsageError naming option and file before the parser's own words. */
export async function parsedFile<T>(option: string, path: string, parse: (text: string) => T | Promise<T>): Promise<T> {
  const text = await textOf(option, path);
  try {
    return await parse(text);
  } catch (error) {
    throw new UsageError(`--${option} ${path}: ${error instanceof Error ? error.message : error}`);
  }
}

/** Parses YAML or JSON that an administrator wrote. @throws UsageError */
export function parsedYaml<T>(option: string, path: string, parse: (value: unknown) => T | Promise<T>): Promise<T> {
  return parsedFile(option, path, (text) => parse(parseYaml(text)));
}
