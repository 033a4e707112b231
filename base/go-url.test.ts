import { describe, expect, it } from '@jest/globals';
import type { GoUrl } from './go-url.ts';
import { escapedPath, hostAndPort, parseGoRequestUri, parseGoUrl, queryOf } from './go-url.ts';

function parsed(text: string): GoUrl {
  const result = parseGoUrl(text);
  if (!result.ok) throw new Error(result.problem);
  return result.url;
}

describe('parseGoUrl', () => {
  it.each([
    ['https://example.com/hook', { scheme: 'https', host: 'example.com', path: '/hook' }],
    ['HTTPS://example.com:8443', { scheme: 'https', host: 'example.com:8443', path: '' }],
    ['https://[::1]:8443/a?b=c#d', { scheme: 'https', host: '[::1]:8443', path: '/a', query: 'b=c', fragment: 'd' }],
    ['https://[fe80::1%25eth%200]/', { host: '[fe80::1%eth 0]' }],
    ['https://me:pw@example.com', { scheme: 'https', user: 'me:pw', host: 'example.com' }],
    ['https://ex%C3%A4mple/', { host: 'exämple' }],
    ['postgres://a:1,b:2/db', { host: 'a:1,b:2' }],
    ['https://h/#a%20b', { fragment: 'a b' }],
    ['Bad Value!', { scheme: '', host: '', path: 'Bad Value!' }],
    ['-1', { scheme: '', host: '', path: '-1' }],
    ['mailto:me', { scheme: 'mailto', host: '', path: '' }],
    ['///a', { scheme: '', host: '', path: '///a' }],
    ['*', { scheme: '', host: '', path: '*' }],
    ['', { scheme: '', host: '', path: '' }],
  ])('reads %s', (text, parts) => {
    expect(parseGoUrl(text)).toMatchObject({ ok: true, url: parts });
  });

  it.each([
    [':a', 'parse ":a": missing protocol scheme'],
    ['a b:c', 'parse "a b:c": first path segment in URL cannot contain colon'],
    ['https://h:x/', 'parse "https://h:x/": invalid port ":x" after host'],
    ['https://a:1:2/', 'parse "https://a:1:2/": invalid port ":1:2" after host'],
    ['https://a b/', 'parse "https://a b/": invalid character " " in host name'],
    ['https://a%20b/', 'parse "https://a%20b/": invalid URL escape "%20"'],
    ['https://[::1/', 'parse "https://[::1/": missing \']\' in host'],
    ['https://a[::1]/', 'parse "https://a[::1]/": invalid IP-literal'],
    ['https://[1.2.3.4]/', 'parse "https://[1.2.3.4]/": invalid IP-literal'],
    ['https://[x]/', 'parse "https://[x]/": invalid host: ParseAddr("x"): unable to parse IP'],
    ['https://h/%zz', 'parse "https://h/%zz": invalid URL escape "%zz"'],
    ['https://h/%ä', 'parse "https://h/%ä": invalid URL escape "%ä"'],
    ['https://h/%7ä', 'parse "https://h/%7ä": invalid URL escape "%7\\xc3"'],
    ['https://h/a#%zz', 'parse "https://h/a#%zz": invalid URL escape "%zz"'],
    ['https://a\\b@h/', 'parse "https://a\\\\b@h/": net/url: invalid userinfo'],
    ['https://h/\n', 'parse "https://h/\\n": net/url: invalid control character in URL'],
    ['https://h/\u0000', 'parse "https://h/\\x00": net/url: invalid control character in URL'],
  ])('refuses %j as Go does', (text, problem) => {
    expect(parseGoUrl(text)).toEqual({ ok: false, problem });
  });
});

describe('parseGoRequestUri', () => {
  it.each(['https://h/a?b=c', '/a', '//a', '*', 'mailto:me', 'https://h/a#b'])('takes %s', (text) => {
    expect(parseGoRequestUri(text).ok).toBe(true);
  });

  it.each([
    ['', 'parse "": empty url'],
    ['a', 'parse "a": invalid URI for request'],
    ['../a', 'parse "../a": invalid URI for request'],
    ['/a#%zz', 'parse "/a#%zz": invalid URL escape "%zz"'],
  ])('refuses %j', (text, problem) => {
    expect(parseGoRequestUri(text)).toEqual({ ok: false, problem });
  });
});

describe('the parts of a URL', () => {
  it.each([
    ['/a%20b', '/a%20b'],
    ['/a b', '/a%20b'],
    ['/a b%2Fc', '/a%20b/c'],
    ["/(a)'!*", "/(a)'!*"],
    ['/(a) b', '/%28a%29%20b'],
    ['/ä', '/%C3%A4'],
    ['*', '*'],
  ])('are escaped as Go escapes paths: %s', (text, path) => {
    expect(escapedPath(parsed(text))).toBe(path);
  });

  it.each([
    ['https://h:80', 'h', '80'],
    ['https://[::1]:80', '::1', '80'],
    ['https://[::1]', '::1', ''],
    ['https://h:', 'h', ''],
  ])('are host and port: %s', (text, hostname, port) => {
    expect(hostAndPort(parsed(text))).toEqual({ hostname, port });
  });

  it('are parameters, without those that cannot be decoded', () => {
    expect(queryOf(parsed('/?a=1&a=2+3&b&%zz=1&c;d=1&e=%C3%A4&=x'))).toEqual(
      new Map([
        ['a', ['1', '2 3']],
        ['b', ['']],
        ['e', ['ä']],
        ['', ['x']],
      ]),
    );
  });
});
