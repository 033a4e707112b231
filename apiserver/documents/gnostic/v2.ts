import { isObject } from '../../../base/json.ts';
import { WIRE } from '../../../base/protobuf/wire.ts';
import { assembled, encoded } from './assemble.ts';
import type { Json, Part, Shape } from './message.ts';
import { any, double, each, flag, integer, limits, map, message, named, text, within, writeShape } from './message.ts';

const infoV2: Shape = { fields: { title: [1, text], version: [2, text], description: [3, text] }, extensions: 7 };

const schemaV2: Shape = {
  fields: {
    $ref: [1, text],
    format: [2, text],
    title: [3, text],
    description: [4, text],
    default: [5, any],
    multipleOf: [6, double],
    ...limits(7),
    maxProperties: [17, integer],
    minProperties: [18, integer],
    required: [19, each(text)],
    enum: [20, each(any)],
    additionalProperties: [21, (writer, number, value) => (typeof value === 'boolean' ? booleanSchema : schemaChoiceV2)(writer, number, value)],
    type: [22, within(1, each(text))],
    items: [23, within(1, each(message(() => schemaV2)))],
    allOf: [24, each(message(() => schemaV2))],
    properties: [25, map(message(() => schemaV2))],
    discriminator: [26, text],
    readOnly: [27, flag],
    externalDocs: [29, message(() => ({ fields: { description: [1, text], url: [2, text] }, extensions: 3 }))],
    example: [30, any],
  },
  extensions: 31,
};
const schemaChoiceV2 = within(
  1,
  message(() => schemaV2),
);
/** A choice that is false is set all the same. */
const booleanSchema: Part = within(2, (writer, number, value) => {
  writer.tag(number, WIRE.VARINT).bool(value === true);
});

const bodyParameterV2: Shape = {
  fields: { description: [1, text], name: [2, text], in: [3, text], required: [4, flag], schema: [5, message(() => schemaV2)] },
  extensions: 6,
};
const queryParameterV2: Shape = {
  fields: {
    required: [1, flag],
    in: [2, text],
    description: [3, text],
    name: [4, text],
    type: [6, text],
    format: [7, text],
    uniqueItems: [20, flag],
  },
  extensions: 23,
};
const pathParameterV2: Shape = {
  fields: {
    required: [1, flag],
    in: [2, text],
    description: [3, text],
    name: [4, text],
    type: [5, text],
    format: [6, text],
    uniqueItems: [19, flag],
  },
  extensions: 22,
};
const parameterV2: Part = within(1, (writer, number, value) => {
  const where = isObject(value) ? value.in : undefined;
  if (where === 'body')
    within(
      1,
      message(() => bodyParameterV2),
    )(writer, number, value);
  else if (where === 'query')
    within(
      2,
      within(
        3,
        message(() => queryParameterV2),
      ),
    )(writer, number, value);
  else
    within(
      2,
      within(
        4,
        message(() => pathParameterV2),
      ),
    )(writer, number, value);
});

const responseV2: Shape = { fields: { description: [1, text], schema: [2, schemaChoiceV2] }, extensions: 5 };

const operationV2: Shape = {
  fields: {
    tags: [1, each(text)],
    summary: [2, text],
    description: [3, text],
    operationId: [5, text],
    produces: [6, each(text)],
    consumes: [7, each(text)],
    parameters: [8, each(parameterV2)],
    responses: [
      9,
      message(() => ({
        fields: {},
        entries: [
          1,
          within(
            1,
            message(() => responseV2),
          ),
        ],
        extensions: 2,
      })),
    ],
    schemes: [10, each(text)],
    deprecated: [11, flag],
  },
  extensions: 13,
};
const operation = message(() => operationV2);

const pathItemV2: Shape = {
  fields: {
    get: [2, operation],
    put: [3, operation],
    post: [4, operation],
    delete: [5, operation],
    options: [6, operation],
    head: [7, operation],
    patch: [8, operation],
    parameters: [9, each(parameterV2)],
  },
  extensions: 10,
};

/** The numbers of the fields that a document is put together of. */
const INFO = 2;
const PATHS = 8;
const DEFINITIONS = 9;

const namedPath = named(message(() => pathItemV2));
const namedSchema = named(message(() => schemaV2));

/** Encodes a path, or a definition, as a part of a document. */
export const encodePathV2 = (path: string, item: unknown): Buffer => encoded((writer) => namedPath(writer, 2, path, item));
export const encodeDefinitionV2 = (name: string, schema: unknown): Buffer => encoded((writer) => namedSchema(writer, 1, name, schema));

/** Puts a document together of its encoded parts. */
export function encodeV2(info: Json, paths: readonly Buffer[], definitions: readonly Buffer[]): readonly Buffer[] {
  const head = encoded((writer) => {
    writeShape(writer, { fields: { swagger: [1, text], info: [INFO, message(() => infoV2)] } }, { swagger: '2.0', info });
  });
  return [head, ...assembled(PATHS, paths), ...assembled(DEFINITIONS, definitions)];
}
