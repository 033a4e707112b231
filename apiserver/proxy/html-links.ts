import { Transform } from 'node:stream';

/** The attributes that hold links, by element (k8s.io/apimachinery/pkg/util/proxy). */
const LINKS: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  applet: ['codebase'],
  area: ['href'],
  audio: ['src'],
  base: ['href'],
  blockquote: ['cite'],
  body: ['background'],
  button: ['formaction'],
  command: ['icon'],
  del: ['cite'],
  embed: ['src'],
  form: ['action'],
  frame: ['longdesc', 'src'],
  head: ['profile'],
  html: ['manifest'],
  iframe: ['longdesc', 'src'],
  img: ['longdesc', 'src', 'usemap'],
  input: ['src', 'usemap', 'formaction'],
  ins: ['cite'],
  link: ['href'],
  object: ['classid', 'codebase', 'data', 'usemap'],
  q: ['cite'],
  script: ['src'],
  source: ['src'],
  video: ['poster', 'src'],
};

/** Elements whose content is text, whatever stands in it. */
const RAW_TEXT: ReadonlySet<string> = new Set(['script', 'style', 'textarea', 'title', 'xmp', 'iframe', 'noembed', 'noframes', 'plaintext']);

/** A tag that is longer than this is passed on as it is. */
const LONGEST_TAG = 64 * 1024;

const ATTRIBUTE = /([^\s"'<>/=]+)(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)/g;

function rewrittenTag(tag: string, name: string, link: (url: string) => string): string {
  const attributes = LINKS[name];
  if (!attributes || tag.endsWith('/>')) return tag;
  const head = 1 + name.length;
  return (
    tag.slice(0, head) +
    tag.slice(head).replace(ATTRIBUTE, (whole: string, attribute: string, equals: string, quoted: string) => {
      if (!attributes.includes(attribute.toLowerCase())) return whole;
      const quote = /^["']/.test(quoted) ? quoted.charAt(0) : '';
      return `${attribute}${equals}${quote}${link(quote ? quoted.slice(1, -1) : quoted)}${quote}`;
    })
  );
}

/** Returns the offset behind the tag that begins at `from`; undefined if its end is not there yet. A `>` within quotes ends no tag. */
function endOfTag(text: string, from: number): number | undefined {
  let quote = '';
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '>') return at + 1;
  }
  return undefined;
}

/**
 * Rewrites the links of an HTML text that comes in pieces: `link` is given each one, as it stands in the attribute. Everything else stays as it
 * is, byte by byte; at most one tag is held back.
 */
export function linkRewriter(link: (url: string) => string): { push(text: string): string; rest(): string } {
  let held = '';
  /** The text that ends what is read now: of a comment, or of an element of raw text. Empty between tags. */
  let until = '';

  /** Takes the next part off `held`; undefined if more text is needed for it. */
  function next(): string | undefined {
    if (until !== '') {
      const end = held.toLowerCase().indexOf(until);
      // Text that might be the beginning of the end waits.
      const length = end < 0 ? held.length - until.length : end;
      if (end >= 0) until = '';
      return length > 0 ? take(length) : end < 0 ? undefined : '';
    }
    const open = held.indexOf('<');
    if (open !== 0) return held === '' ? undefined : take(open < 0 ? held.length : open);
    if (held.startsWith('<!--')) {
      until = '-->';
      return take(4);
    }
    if ('<!--'.startsWith(held)) return undefined;
    const name = /^<([A-Za-z][^\s/>]*)/.exec(held)?.[1]?.toLowerCase();
    if (name === undefined && !/^<[!/?]/.test(held)) return held.length > 1 ? take(1) : undefined;
    const end = endOfTag(held, 1);
    if (end === undefined) return held.length > LONGEST_TAG ? take(held.length) : undefined;
    const tag = take(end);
    if (name === undefined) return tag;
    if (RAW_TEXT.has(name)) until = `</${name}`;
    return rewrittenTag(tag, name, link);
  }

  function take(length: number): string {
    const part = held.slice(0, length);
    held = held.slice(length);
    return part;
  }

  return {
    push(text) {
      held += text;
      let out = '';
      for (let part = next(); part !== undefined; part = next()) out += part;
      return out;
    },
    rest: () => take(held.length),
  };
}

/** The same over bytes. Tags and links are ASCII: bytes beyond it pass as they are, whatever the encoding. */
export function linkStream(link: (url: string) => string): Transform {
  const rewriter = linkRewriter(link);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(null, Buffer.from(rewriter.push(chunk.toString('latin1')), 'latin1'));
    },
    flush(done) {
      done(null, Buffer.from(rewriter.rest(), 'latin1'));
    },
  });
}
