import type { Document } from '../../runtime/observe/document.ts';
import type { ApiResponse } from '../contract/request.ts';

export const textResponse = (
  status: number,
  text: string | readonly (string | Buffer)[],
  contentType = 'text/plain; charset=utf-8',
): ApiResponse => ({
  status,
  headers: { 'content-type': contentType, 'x-content-type-options': 'nosniff', 'cache-control': 'no-cache, private' },
  body: { kind: 'text', parts: typeof text === 'string' ? [text] : text },
});

export const documentResponse = ({ parts, contentType }: Document): ApiResponse => textResponse(200, parts, contentType);

export const jsonResponse = (status: number, value: unknown, contentType = 'application/json'): ApiResponse => ({
  status,
  headers: { 'content-type': contentType },
  body: { kind: 'text', parts: [JSON.stringify(value)] },
});
