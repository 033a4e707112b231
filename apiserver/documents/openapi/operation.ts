import type { Parameter } from './parameters.ts';
import type { Json } from './schema-document.ts';
import { V2, V3 } from './schema-document.ts';

/** The name of a schema, or of a plain type. */
export type Content = { readonly schema: string } | { readonly type: 'string' };

/** An operation as both versions of OpenAPI have it. */
export interface Operation {
  readonly id: string;
  readonly tag: string;
  readonly description: string;
  /** Of a resource: `list`, `post`, `watch` … */
  readonly action?: string;
  readonly about?: { readonly group: string; readonly version: string; readonly kind: string };
  readonly parameters: readonly Parameter[];
  readonly body?: { readonly schema: string; readonly types: readonly string[]; readonly optional?: true };
  readonly answer: Content;
  /** The media types of the answer. */
  readonly produces: readonly string[];
  /** The codes of success. */
  readonly codes: readonly number[];
  readonly deprecated?: true;
}

/** Writes operations down in one version of OpenAPI. */
export interface OperationWriter {
  operation(operation: Operation): Json;
  parameter(parameter: Parameter): Json;
}

const DESCRIPTIONS: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' };
const UNAUTHORIZED = { description: 'Unauthorized' };

const contentSchema = (content: Content, root: string): Json => ('type' in content ? { type: content.type } : { $ref: root + content.schema });

/** The fields that both versions share. */
const common = ({ id, tag, description, action, about, deprecated }: Operation): Json => ({
  description,
  operationId: id,
  tags: [tag],
  ...(action === undefined ? {} : { 'x-kubernetes-action': action }),
  ...(about ? { 'x-kubernetes-group-version-kind': { group: about.group, kind: about.kind, version: about.version } } : {}),
  ...(deprecated ? { deprecated } : {}),
});

const responses = (codes: readonly number[], answer: (description: string) => Json): Json => ({
  ...Object.fromEntries(codes.map((code) => [code, answer(DESCRIPTIONS[code] ?? '')])),
  401: UNAUTHORIZED,
});

function parameterV3({ name, in: where, type, description }: Parameter): Json {
  const schema = { type, uniqueItems: true };
  return where === 'path' ? { name, in: where, description, required: true, schema } : { name, in: where, description, schema };
}

export const writerV3: OperationWriter = {
  parameter: parameterV3,
  operation(operation) {
    const { parameters, body, answer, produces, codes } = operation;
    const schema = contentSchema(answer, V3.root);
    const content = Object.fromEntries(produces.map((type) => [type, { schema }]));
    return {
      ...common(operation),
      ...(parameters.length > 0 ? { parameters: parameters.map(parameterV3) } : {}),
      ...(body
        ? {
            requestBody: {
              content: Object.fromEntries(body.types.map((type) => [type, { schema: { $ref: V3.root + body.schema } }])),
              ...(body.optional ? {} : { required: true }),
            },
          }
        : {}),
      responses: responses(codes, (description) => ({ description, content })),
    };
  },
};

function parameterV2({ name, in: where, type, description }: Parameter): Json {
  const plain = { name, in: where, description, type, uniqueItems: true };
  return where === 'path' ? { ...plain, required: true } : plain;
}

export const writerV2: OperationWriter = {
  parameter: parameterV2,
  operation(operation) {
    const { parameters, body, answer, produces, codes } = operation;
    const schema = contentSchema(answer, V2.root);
    const inBody = body ? [{ name: 'body', in: 'body', ...(body.optional ? {} : { required: true }), schema: { $ref: V2.root + body.schema } }] : [];
    return {
      ...common(operation),
      consumes: body?.types ?? ['*/*'],
      produces,
      schemes: ['https'],
      ...(parameters.length + inBody.length > 0 ? { parameters: [...inBody, ...parameters.map(parameterV2)] } : {}),
      responses: responses(codes, (description) => ({ description, schema })),
    };
  },
};
