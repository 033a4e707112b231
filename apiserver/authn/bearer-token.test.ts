import { describe, expect, it } from '@jest/globals';
import type { ApiRequest } from '../contract/request.ts';
import { bearerTokenOf, protocolTokenOf, tokenOf } from './bearer-token.ts';

describe('an Authorization header', () => {
  it.each<[string, string | undefined]>([
    ['Bearer abc', 'abc'],
    ['bearer abc', 'abc'],
    ['BEARER abc def', 'abc'],
    ['  Bearer abc  ', 'abc'],
    ['Bearer', undefined],
    ['Bearer ', undefined],
    ['Bearer  abc', undefined],
    ['Basic abc', undefined],
    ['Bearerabc', undefined],
    ['', undefined],
    ['Bearer \u00ff\u0001', '\u00ff\u0001'],
  ])('%j carries the token %j', (header, token) => {
    expect(bearerTokenOf(header)).toBe(token);
  });

  it('of a megabyte is read in one pass', () => {
    expect(bearerTokenOf(`Bearer ${'a '.repeat(500_000)}`)).toBe('a');
    expect(bearerTokenOf(`${' '.repeat(1_000_000)}x`)).toBeUndefined();
  });
});

const encoded = (token: string) => `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`;

describe('the subprotocols of a WebSocket', () => {
  it.each<[string, ReturnType<typeof protocolTokenOf>]>([
    [`${encoded('abc')}, v4.channel.k8s.io`, { token: 'abc', rest: 'v4.channel.k8s.io' }],
    [`a, ${encoded('abc')}, b`, { token: 'abc', rest: 'a, b' }],
    [encoded('abc'), undefined],
    ['v4.channel.k8s.io', undefined],
    [`${encoded('a')}, ${encoded('b')}, c`, undefined],
    ['base64url.bearer.authorization.k8s.io.!!, c', undefined],
  ])('%s carry %j', (header, found) => {
    expect(protocolTokenOf(header)).toEqual(found);
  });
});

describe('a token that is taken', () => {
  const request = (headers: Record<string, string>): ApiRequest => ({
    method: 'GET',
    path: '/',
    query: new URLSearchParams(),
    headers,
    signal: new AbortController().signal,
  });

  it('is removed from the request', () => {
    const plain = request({ authorization: 'Bearer abc', accept: '*/*' });
    tokenOf(plain)?.remove();
    expect(plain.headers).toEqual({ accept: '*/*' });
    const socket = request({ upgrade: 'websocket', 'sec-websocket-protocol': `${encoded('abc')}, v4` });
    tokenOf(socket)?.remove();
    expect(socket.headers['sec-websocket-protocol']).toBe('v4');
  });

  it('is not looked for among the subprotocols of a request that upgrades nothing', () => {
    expect(tokenOf(request({ 'sec-websocket-protocol': `${encoded('abc')}, v4` }))).toBeUndefined();
  });
});
