import { parseAccept } from '../../encode/accept.ts';

/** A media type in which a document can be had. */
export interface Representation {
  readonly form: 'json' | 'protobuf';
  readonly contentType: string;
}

const JSON_FORM: Representation = { form: 'json', contentType: 'application/json' };

/** Returns the representations of the documents of a version, by subtype: Protobuf has two names. */
function subtypesOf(version: 2 | 3): ReadonlyMap<string, Representation> {
  const name = `com.github.proto-openapi.spec.v${version}`;
  const protobuf: Representation = { form: 'protobuf', contentType: `application/${name}.v1.0+protobuf` };
  return new Map([
    ['json', JSON_FORM],
    [`${name}@v1.0+protobuf`, protobuf],
    [`${name}.v1.0+protobuf`, protobuf],
  ]);
}

const SUBTYPES = { 2: subtypesOf(2), 3: subtypesOf(3) } as const;

/** Chooses the representation of a document by the Accept header; undefined if there is none that it takes. */
export function representationOf(version: 2 | 3, accept: string): Representation | undefined {
  if (accept === '') return JSON_FORM;
  for (const { type, subtype } of parseAccept(accept)) {
    if (type !== 'application' && type !== '*') continue;
    const found = subtype === '*' ? JSON_FORM : SUBTYPES[version].get(subtype);
    if (found) return found;
  }
  return undefined;
}
