import { expect, it } from '@jest/globals';
import { sourceIps } from './source-ips.ts';

const from = (remoteAddress: string, headers: Record<string, string> = {}) =>
  sourceIps({
    method: 'GET',
    path: '/',
    query: new URLSearchParams(),
    headers,
    signal: new AbortController().signal,
    connection: { remoteAddress, clientCertificate: undefined },
  });

it.each<[string, Record<string, string>, string[]]>([
  ['10.0.0.1', {}, ['10.0.0.1']],
  ['::ffff:10.0.0.1', {}, ['10.0.0.1']],
  ['10.0.0.1', { 'x-forwarded-for': '1.1.1.1, junk, 2.2.2.2' }, ['1.1.1.1', '2.2.2.2', '10.0.0.1']],
  ['2.2.2.2', { 'x-forwarded-for': '1.1.1.1,2.2.2.2' }, ['1.1.1.1', '2.2.2.2']],
  ['10.0.0.1', { 'x-real-ip': '3.3.3.3' }, ['3.3.3.3', '10.0.0.1']],
  ['10.0.0.1', { 'x-forwarded-for': '3.3.3.3', 'x-real-ip': '3.3.3.3' }, ['3.3.3.3', '10.0.0.1']],
  ['10.0.0.1', { 'x-forwarded-for': '\u00e9\u0000', 'x-real-ip': 'no' }, ['10.0.0.1']],
])('a request from %s with %j comes from %j', (remote, headers, expected) => {
  expect(from(remote, headers)).toEqual(expected);
});
