import { StatusError } from '../../api/meta/status-error.ts';
import type { Form } from '../contract/form.ts';

const JSON_FORM: Form = { media: 'json', as: 'object' };
const known = new Map<string, Form | undefined>();

const SUPPORTED = ['application/json', 'application/yaml'];

/**
 * Reads an Accept header: returns the first media type in it that the server has. Clients that prefer protobuf name JSON after it.
 * @throws StatusError 406 that names the supported ones.
 */
export function formOf(accept: string | undefined): Form {
  if (accept === undefined || accept === '' || accept === 'application/json' || accept === '*/*') return JSON_FORM;
  let form = known.get(accept);
  if (form === undefined && !known.has(accept)) {
    form = firstKnown(accept);
    if (known.size < 1000) known.set(accept, form);
  }
  if (!form) throw new StatusError('NotAcceptable', `only the following media types are accepted: ${SUPPORTED.join(', ')}`);
  return form;
}

function firstKnown(accept: string): Form | undefined {
  for (const clause of accept.split(',')) {
    const [type, ...parameters] = clause.split(';').map((part) => part.trim());
    const media = mediaOf(type?.toLowerCase() ?? '');
    if (!media) continue;
    const values = new Map(
      parameters.map((parameter): [string, string] => {
        const at = parameter.indexOf('=');
        return [parameter.slice(0, at).toLowerCase(), parameter.slice(at + 1)];
      }),
    );
    const as = asOf(values);
    if (as) return { media, as };
  }
  return undefined;
}

function mediaOf(type: string): Form['media'] | undefined {
  switch (type) {
    case 'application/json':
    case 'application/*':
    case '*/*':
      return 'json';
    case 'application/yaml':
      return 'yaml';
    default:
      return undefined;
  }
}

/** `as=Table;v=v1;g=meta.k8s.io` and its siblings; undefined for a transformation the server does not know. */
function asOf(values: ReadonlyMap<string, string>): Form['as'] | undefined {
  const as = values.get('as');
  if (as === undefined) return values.has('stream') && values.get('stream') !== 'watch' ? undefined : 'object';
  if (values.get('g') !== 'meta.k8s.io' || values.get('v') !== 'v1') return undefined;
  switch (as) {
    case 'Table':
      return 'table';
    case 'PartialObjectMetadata':
    case 'PartialObjectMetadataList':
      return 'partial';
    default:
      return undefined;
  }
}
