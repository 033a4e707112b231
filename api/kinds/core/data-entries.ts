/** The entries of ConfigMaps and Secrets. */

export const MAX_DATA_BYTES = 1024 * 1024;
export const SEALED = 'field is immutable when `immutable` is set';

/** Returns the number of bytes that a base64 text stands for. */
export function decodedLength(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return Math.max(0, Math.floor((base64.length * 3) / 4) - padding);
}

export const entryCount = (entries: object | undefined): number => Object.keys(entries ?? {}).length;
