import type { Library, Overload } from '../../../base/cel/functions.ts';
import type { CelType } from '../../../base/cel/types.ts';
import { BOOL, listType, mapType, objectType, STRING } from '../../../base/cel/types.ts';
import type { Value } from '../../../base/cel/values.ts';
import { ArrayList, EntryMap, EvaluationError, noSuchOverload, OpaqueValue } from '../../../base/cel/values.ts';
import type { GoUrl } from '../../../base/go-url.ts';
import { escapedPath, hostAndPort, parseGoRequestUri, parseGoUrl, queryOf } from '../../../base/go-url.ts';

export const URL_TYPE: CelType = objectType('kubernetes.URL');

class UrlValue extends OpaqueValue {
  readonly type = URL_TYPE;
  readonly url: GoUrl;
  readonly text: string;
  constructor(text: string, url: GoUrl) {
    super();
    this.text = text;
    this.url = url;
  }
  equals(other: OpaqueValue): boolean {
    return other instanceof UrlValue && other.text === this.text;
  }
}

/** Reads an absolute URL or an absolute path. A fragment is taken off, though the check takes it for a part of the path. */
function urlOf(text: Value | undefined): UrlValue {
  if (typeof text !== 'string') throw noSuchOverload();
  const checked = parseGoRequestUri(text);
  const parsed = checked.ok ? parseGoUrl(text) : checked;
  if (!parsed.ok) throw new EvaluationError(`URL parse error during conversion from string: ${parsed.problem}`);
  return new UrlValue(text, parsed.url);
}

const accessor = (id: string, result: CelType, read: (url: GoUrl) => Value): readonly Overload[] => [
  {
    id,
    member: true,
    params: [URL_TYPE],
    result,
    call: (url) => {
      if (!(url instanceof UrlValue)) throw noSuchOverload();
      return read(url.url);
    },
  },
];

const query = (url: GoUrl): Value => EntryMap.of(Array.from(queryOf(url), ([key, values]) => [key, new ArrayList(values)] as const));

/** URLs as Go's net/url reads them. */
export const urlLibrary: Library = {
  functions: {
    url: [{ id: 'string_to_url', params: [STRING], result: URL_TYPE, call: urlOf }],
    getScheme: accessor('url_get_scheme', STRING, ({ scheme }) => scheme),
    getHost: accessor('url_get_host', STRING, ({ host }) => host),
    getHostname: accessor('url_get_hostname', STRING, (url) => hostAndPort(url).hostname),
    getPort: accessor('url_get_port', STRING, (url) => hostAndPort(url).port),
    getEscapedPath: accessor('url_get_escaped_path', STRING, escapedPath),
    getQuery: accessor('url_get_query', mapType(STRING, listType(STRING)), query),
    isURL: [
      {
        id: 'is_url_string',
        params: [STRING],
        result: BOOL,
        call: (text) => {
          if (typeof text !== 'string') throw noSuchOverload();
          return parseGoRequestUri(text).ok;
        },
      },
    ],
  },
};
