import * as z from 'zod';

/** `true` or `false`, as upstream's flags are written (`--anonymous-auth=false`); undefined if the flag is left out. */
export const booleanSchema = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .transform((text) => text === 'true')
  .optional();

/** A list whose entries stand between commas; the flag may be given several times. */
export const listSchema = z
  .array(z.string())
  .default([])
  .transform((texts) =>
    texts
      .flatMap((text) => text.split(','))
      .map((text) => text.trim())
      .filter((text) => text !== ''),
  );

/** Paths of files; the flag may be given several times. */
export const pathsSchema = z.array(z.string().min(1, 'must be the path of a file')).default([]);

export const pathSchema = z.string().min(1, 'must be the path of a file').optional();
