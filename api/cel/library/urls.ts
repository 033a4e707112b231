import type { Library, Overload } from '../../../base/cel/functions.ts';
import type { CelType } from '../../../base/cel/types.ts';
import { BOOL, listType, mapType, objectType, STRING } from '../../../base/cel/types.ts';
import type { Value } from '../../../base/cel/values.ts';
import { ArrayList, EntryMap, EvaluationError, noSuchOverload, OpaqueValue } from '../../../base/cel/values.ts';
import type { GoUrl } from './go-url.ts';
import { GoUrlError, parseGoUrl, queryOf } from './go-url.ts';

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

function parse(text: Value | undefined): GoUrl {
  if (typeof text !== 'string') throw noSuchOverload();
  return parseGoUrl(text);
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
    url: [
      {
        id: 'string_to_url',
        params: [STRING],
        result: URL_TYPE,
        call: (text) => {
          try {
            return new UrlValue(String(text), parse(text));
          } catch (error) {
            if (error instanceof GoUrlError) throw new EvaluationError(`URL parse error during conversion from string: ${error.message}`);
            throw error;
          }
        },
      },
    ],
    getScheme: accessor('url_get_scheme', STRING, ({ scheme }) => scheme),
    getHost: accessor('url_get_host', STRING, ({ host }) => host),
    getHostname: accessor('url_get_hostname', STRING, ({ hostname }) => hostname),
    getPort: accessor('url_get_port', STRING, ({ port }) => port),
    getEscapedPath: accessor('url_get_escaped_path', STRING, ({ escapedPath }) => escapedPath),
    getQuery: accessor('url_get_query', mapType(STRING, listType(STRING)), query),
    isURL: [
      {
        id: 'is_url_string',
        params: [STRING],
        result: BOOL,
        call: (text) => {
          try {
            parse(text);
            return true;
          } catch (error) {
            if (error instanceof GoUrlError) return false;
            throw error;
          }
        },
      },
    ],
  },
};
