import { describe, expect, it } from '@jest/globals';
import { parseGoUrl } from './go-url.ts';

describe('parseGoUrl', () => {
  it.each([
    ['https://example.com/hook', { scheme: 'https', host: 'example.com', path: '/hook' }],
    ['HTTPS://example.com:8443', { scheme: 'https', host: 'example.com:8443', path: '' }],
    ['https://[::1]:8443/a?b=c#d', { scheme: 'https', host: '[::1]:8443', path: '/a', query: 'b=c', fragment: 'd' }],
    ['https://me:pw@example.com', { scheme: 'https', user: 'me:pw', host: 'example.com' }],
    ['Bad Value!', { scheme: '', host: '', path: 'Bad Value!' }],
    ['-1', { scheme: '', host: '', path: '-1' }],
    ['mailto:me', { scheme: 'mailto', host: '', path: '' }],
    ['///a', { scheme: '', host: '', path: '///a' }],
    ['', { scheme: '', host: '', path: '' }],
  ])('reads %s', (text, parts) => {
    expect(parseGoUrl(text)).toMatchObject({ ok: true, url: parts });
  });

  it.each([
    [':a', 'parse ":a": missing protocol scheme'],
    ['a b:c', 'parse "a b:c": first path segment in URL cannot contain colon'],
    ['https://h:x/', 'parse "https://h:x/": invalid port ":x" after host'],
    ['https://a b/', 'parse "https://a b/": invalid character " " in host name'],
    ['https://[::1/', 'parse "https://[::1/": missing \']\' in host'],
    ['https://h/%zz', 'parse "https://h/%zz": invalid URL escape "%zz"'],
    ['https://h/a#%zz', 'parse "https://h/a#%zz": invalid URL escape "%zz"'],
    ['https://a\\b@h/', 'parse "https://a\\\\b@h/": net/url: invalid userinfo'],
    ['https://h/\n', 'parse "https://h/\\n": net/url: invalid control character in URL'],
  ])('refuses %j as Go does', (text, problem) => {
    expect(parseGoUrl(text)).toEqual({ ok: false, problem });
  });
});
