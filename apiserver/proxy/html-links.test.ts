import { describe, expect, it } from '@jest/globals';
import { linkRewriter } from './html-links.ts';

function rewritten(...pieces: readonly string[]): string {
  const rewriter = linkRewriter((url) => (url.startsWith('/') ? `/proxy${url}` : url));
  return pieces.map((piece) => rewriter.push(piece)).join('') + rewriter.rest();
}

describe('links of HTML', () => {
  it.each([
    ['<a href="/x">test</a>', '<a href="/proxy/x">test</a>'],
    ["<A class=b HREF = '/x?a=1&amp;b=2'>", "<A class=b HREF = '/proxy/x?a=1&amp;b=2'>"],
    ['<img src=/x.png>', '<img src=/proxy/x.png>'],
    ['<img src="/x.png"/>', '<img src="/x.png"/>'],
    ['<a href="x">', '<a href="x">'],
    ['<a title="/x" data-href="/y">', '<a title="/x" data-href="/y">'],
    ['<b href="/x">', '<b href="/x">'],
    ['<!-- <a href="/x"> --><a href="/y">', '<!-- <a href="/x"> --><a href="/proxy/y">'],
    ['<script>"<a href=\'/x\'>"</script><a href="/y">', '<script>"<a href=\'/x\'>"</script><a href="/proxy/y">'],
    ['<script src="/x"></script>', '<script src="/proxy/x"></script>'],
    ['<!DOCTYPE html><form action="/x">1 < 2 <', '<!DOCTYPE html><form action="/proxy/x">1 < 2 <'],
    ['<a alt=">" href="/x">', '<a alt=">" href="/proxy/x">'],
    ['<a href="/x', '<a href="/x'],
    ['\u00e9<a href="/\u00e9">', '\u00e9<a href="/proxy/\u00e9">'],
  ])('%s becomes %s', (html, expected) => {
    expect(rewritten(html)).toBe(expected);
    expect(rewritten(...html)).toBe(expected);
  });

  it('are the same however the text is cut, and nothing but links changes', () => {
    const tokens = ['<a href="/x">', '<!--', '-->', '<script>', '</script>', '<', '>', '"', 'text', '<img src=/y', '/>', '</a>'];
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 48271) % 2147483647;
      return seed % below;
    };
    for (let round = 0; round < 500; round++) {
      const html = Array.from({ length: random(12) }, () => tokens[random(tokens.length)]).join('');
      const cuts = [0, ...Array.from({ length: 4 }, () => random(html.length + 1)).sort((a, b) => a - b), html.length];
      expect(rewritten(...cuts.slice(1).map((end, i) => html.slice(cuts[i], end)))).toBe(rewritten(html));
      expect(rewritten(html).replaceAll('/proxy/', '/')).toBe(html);
    }
  });
});
