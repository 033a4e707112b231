import { WIRE } from '../../../base/protobuf/wire.ts';
import { encoded } from './assemble.ts';
import type { Json, Part, Shape } from './message.ts';
import { any, double, each, flag, integer, isReference, limits, map, message, text, within, writeShape } from './message.ts';

const reference = message(() => ({ fields: { $ref: [1, text], summary: [2, text], description: [3, text] } }));

/** A choice between a message and a reference to one. */
const orReference = (part: Part): Part => {
  const [itself, elsewhere] = [within(1, part), within(2, reference)];
  return (writer, number, value) => (isReference(value) ? elsewhere : itself)(writer, number, value);
};

/** A default: there is a message for numbers, booleans and texts only, which is empty for others. */
const defaultValue: Part = (writer, number, value) => {
  const start = writer.open(number);
  if (typeof value === 'number') writer.tag(1, WIRE.FIXED64).double(value);
  else if (typeof value === 'boolean') writer.tag(2, WIRE.VARINT).bool(value);
  else if (typeof value === 'string') writer.tag(3, WIRE.BYTES).string(value);
  writer.close(start);
};

const schemaV3: Shape = {
  fields: {
    nullable: [1, flag],
    readOnly: [3, flag],
    writeOnly: [4, flag],
    externalDocs: [6, message(() => ({ fields: { description: [1, text], url: [2, text] }, extensions: 3 }))],
    example: [7, any],
    deprecated: [8, flag],
    title: [9, text],
    multipleOf: [10, double],
    ...limits(11),
    maxProperties: [21, integer],
    minProperties: [22, integer],
    required: [23, each(text)],
    enum: [24, each(any)],
    type: [25, text],
    allOf: [26, each((...field) => schema(...field))],
    oneOf: [27, each((...field) => schema(...field))],
    anyOf: [28, each((...field) => schema(...field))],
    not: [29, message(() => schemaV3)],
    items: [
      30,
      within(
        1,
        each((...field) => schema(...field)),
      ),
    ],
    properties: [31, map((...field) => schema(...field))],
    additionalProperties: [32, (writer, number, value) => (typeof value === 'boolean' ? booleanSchema : schemaChoice)(writer, number, value)],
    default: [33, defaultValue],
    description: [34, text],
    format: [35, text],
  },
  extensions: 36,
};
const schema: Part = orReference(message(() => schemaV3));
const schemaChoice = within(1, schema);
/** A choice that is false is set all the same. */
const booleanSchema: Part = within(2, (writer, number, value) => {
  writer.tag(number, WIRE.VARINT).bool(value === true);
});

const content = map(message(() => ({ fields: { schema: [1, schema] }, extensions: 5 })));

const parameter = orReference(
  message(() => ({
    fields: { name: [1, text], in: [2, text], description: [3, text], required: [4, flag], deprecated: [5, flag], schema: [10, schema] },
    extensions: 14,
  })),
);
const requestBody = orReference(message(() => ({ fields: { description: [1, text], content: [2, content], required: [3, flag] }, extensions: 4 })));
const response = orReference(message(() => ({ fields: { description: [1, text], content: [3, content] }, extensions: 5 })));

const operationV3: Shape = {
  fields: {
    tags: [1, each(text)],
    summary: [2, text],
    description: [3, text],
    operationId: [5, text],
    parameters: [6, each(parameter)],
    requestBody: [7, requestBody],
    responses: [8, message(() => ({ fields: { default: [1, response] }, entries: [2, response], extensions: 3 }))],
    deprecated: [10, flag],
  },
  extensions: 13,
};
const operation = message(() => operationV3);

const pathItemV3: Shape = {
  fields: {
    summary: [2, text],
    description: [3, text],
    get: [4, operation],
    put: [5, operation],
    post: [6, operation],
    delete: [7, operation],
    options: [8, operation],
    head: [9, operation],
    patch: [10, operation],
    parameters: [13, each(parameter)],
  },
  extensions: 14,
};

const documentV3: Shape = {
  fields: {
    openapi: [1, text],
    info: [2, message(() => ({ fields: { title: [1, text], description: [2, text], version: [6, text] }, extensions: 7 }))],
    paths: [4, message(() => ({ fields: {}, entries: [1, message(() => pathItemV3)], extensions: 2 }))],
    components: [5, message(() => ({ fields: { schemas: [1, map(schema)] }, extensions: 10 }))],
  },
  extensions: 9,
};

/** Encodes a document of OpenAPI 3.0. */
export const encodeV3 = (document: Json): Buffer => encoded((writer) => writeShape(writer, documentV3, document));
