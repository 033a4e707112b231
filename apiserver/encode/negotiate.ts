import { StatusError } from '../../api/meta/status-error.ts';
import type { Form, Media } from '../contract/form.ts';
import type { Clause } from './accept.ts';
import { parseAccept } from './accept.ts';

/** The part of a request that the choice of a form depends on. */
export interface FormScope {
  /** Custom resources have no Protobuf form, but their metadata has. */
  readonly custom: boolean;
  readonly verb: 'list' | 'watch' | 'other';
  /** Whether the resource has a table: what can only be created, as reviews and bindings are, has none. Default: it has. */
  readonly hasTable?: boolean;
}

const JSON_FORM: Form = { media: 'json', as: 'object' };
const MAX_KNOWN = 1000;
const known = new Map<string, Form | StatusError>();

/** In the order in which the server prefers them. */
const MEDIA: readonly (readonly [Media, string])[] = [
  ['json', 'json'],
  ['yaml', 'yaml'],
  ['protobuf', 'vnd.kubernetes.protobuf'],
];
const TYPES = MEDIA.map(([, subtype]) => `application/${subtype}`);
/** YAML has no streams. */
const STREAM_TYPES = TYPES.filter((type) => type !== 'application/yaml').map((type) => `${type};stream=watch`);

/** Whether the header is one of those that are answered with JSON, whatever the resource. */
export const isPlainAccept = (accept: string | undefined): boolean =>
  accept === undefined || accept === '' || accept === 'application/json' || accept === '*/*';

/**
 * Chooses the form of an answer by the Accept header: the first of its media types, by their quality, that there is
 * (k8s.io/apiserver, NegotiateMediaTypeOptions). @throws StatusError 406 that names the supported ones.
 */
export function formOf(accept: string | undefined, scope: FormScope): Form {
  if (accept === undefined || isPlainAccept(accept)) return JSON_FORM;
  const key = `${scope.custom} ${scope.verb} ${scope.hasTable !== false} ${accept}`;
  let form = known.get(key);
  if (form === undefined) {
    form = negotiated(accept, scope);
    if (known.size < MAX_KNOWN) known.set(key, form);
  }
  if (form instanceof StatusError) throw form;
  return form;
}

function negotiated(accept: string, scope: FormScope): Form | StatusError {
  if (!scope.custom && !isProduced(accept, TYPES)) return noneProduced(scope.verb === 'other' ? TYPES : [...TYPES, ...STREAM_TYPES]);
  const form = firstAllowed(accept, (media, clause) => transformed(media, clause, scope));
  if (!form) return onlyAccepted(TYPES);
  return scope.verb === 'watch' && form.media === 'yaml' ? onlyAccepted(STREAM_TYPES) : form;
}

/**
 * Chooses the media type of a document that has no other forms, such as those of discovery, among those that it is produced in.
 * @throws StatusError 406.
 */
export function documentMediaOf(accept: string | undefined, produced: readonly Media[]): Media {
  if (accept === undefined || isPlainAccept(accept)) return 'json';
  const types = MEDIA.filter(([media]) => produced.includes(media)).map(([, subtype]) => `application/${subtype}`);
  if (!isProduced(accept, types)) throw noneProduced(types);
  const found = firstAllowed(accept, (media, clause) => (produced.includes(media) && !isTransformation(clause) ? media : undefined));
  if (found === undefined) throw onlyAccepted(types);
  return found;
}

const isTransformation = ({ parameters }: Clause): boolean => parameters.has('as') || parameters.has('g') || parameters.has('v');

/** Chooses the media type of a Status: JSON where the client takes none of the others. */
export function statusMediaOf(accept: string | undefined): Media {
  if (accept === undefined || isPlainAccept(accept)) return 'json';
  return firstAllowed(accept, (media, clause) => (isTransformation(clause) ? undefined : media)) ?? 'json';
}

function firstAllowed<T>(accept: string, allow: (media: Media, clause: Clause) => T | undefined): T | undefined {
  for (const clause of parseAccept(accept)) {
    for (const [media, subtype] of MEDIA) {
      const matches =
        clause.type === 'application' ? clause.subtype === subtype || clause.subtype === '*' : clause.type === '*' && clause.subtype === '*';
      const stream = clause.parameters.get('stream') ?? '';
      if (!matches || (stream !== '' && (stream !== 'watch' || media === 'yaml'))) continue;
      const found = allow(media, clause);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** `as=Table;v=v1;g=meta.k8s.io` and its siblings; undefined for a form that the resource does not have. */
function transformed(media: Media, { parameters }: Clause, { custom, hasTable = true }: FormScope): Form | undefined {
  const server = parameters.get('sv') ?? '';
  if (server !== '' && server !== 'v1') return undefined;
  const [as, group, version] = ['as', 'g', 'v'].map((name) => parameters.get(name));
  if (as === undefined && group === undefined && version === undefined) return custom && media === 'protobuf' ? undefined : { media, as: 'object' };
  if (group !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return undefined;
  switch (as) {
    case 'Table':
      return media === 'protobuf' || !hasTable ? undefined : { media, as: 'table', version };
    case 'PartialObjectMetadata':
      return { media, as: 'partial', version };
    case 'PartialObjectMetadataList':
      return { media, as: 'partial', version, ofList: true };
    default:
      return undefined;
  }
}

const onlyAccepted = (types: readonly string[]): StatusError =>
  new StatusError('NotAcceptable', `only the following media types are accepted: ${types.join(', ')}`);

/** Whether the routes of built-in kinds match: one of the media types stands in the header, whatever its parameters (go-restful, matchesAccept). */
function isProduced(accept: string, types: readonly string[]): boolean {
  return accept.split(',').some((part) => {
    const type = part.split(';', 1)[0]?.trim();
    return type === '*/*' || (type !== undefined && types.includes(type));
  });
}

const noneProduced = (types: readonly string[]): StatusError =>
  new StatusError('NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${types.join(', ')}`, {});
