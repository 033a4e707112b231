import { createHash } from 'node:crypto';

/** Returns the SHA-256 hash of a text, in hexadecimal digits. */
export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');
