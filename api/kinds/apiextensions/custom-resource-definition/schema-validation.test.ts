import { beforeAll, describe, expect, it } from '@jest/globals';
import { finished } from '../../../../base/steps.ts';
import { loadRules } from '../../../cel/rules/loader.ts';
import { fieldErrorText } from '../../../schema/field-error.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import { checkSchema } from './schema-validation.ts';
import { NEW_DEFINITION } from './validation-options.ts';

const check = (schema: JSONSchemaProps) => finished(checkSchema(schema, 's', true, NEW_DEFINITION)).map(fieldErrorText);
const field = (f: JSONSchemaProps) => check({ type: 'object', properties: { f } });
const AT = 's.properties[f]';

beforeAll(loadRules);

describe('a structural schema', () => {
  it('of plain types passes', () => {
    expect(
      field({
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        items: { type: 'object', required: ['k'], properties: { k: { type: 'string' } } },
      }),
    ).toEqual([]);
    expect(field({ 'x-kubernetes-int-or-string': true })).toEqual([]);
    expect(field({ 'x-kubernetes-preserve-unknown-fields': true })).toEqual([]);
  });

  it('is an object at the root', () => {
    expect(check({})).toEqual(['s.type: Required value: must not be empty at the root']);
    expect(check({ type: 'string' })).toEqual([
      's.type: Invalid value: "string": only "object" is allowed as the type at the root of the schema if the status subresource is enabled',
      's.type: Invalid value: "string": must be object at the root',
    ]);
  });

  it.each<[JSONSchemaProps, string[]]>([
    [{}, [`${AT}.type: Required value: must not be empty for specified object fields`]],
    [{ type: 'text' }, [`${AT}.type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"`]],
    [
      { type: 'text', default: 1 },
      [
        `${AT}.default: Invalid value: "integer":  in body must be of type text: "integer"`,
        `${AT}.type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"`,
      ],
    ],
    [{ type: 'array' }, [`${AT}.items: Required value: must be specified`]],
    [{ type: 'array', items: {} }, [`${AT}.items.type: Required value: must not be empty for specified array items`]],
    [
      { type: 'string', uniqueItems: true },
      [`${AT}.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic`],
    ],
    [{ type: 'object', additionalProperties: false }, []],
    [{ type: 'string', $ref: '#/x' }, [`${AT}.$ref: Forbidden: $ref is not supported`]],
    [{ type: 'integer', default: 'x' }, [`${AT}.default: Invalid value: "string":  in body must be of type integer: "string"`]],
    [{ type: 'integer', default: 0, minimum: 1 }, [`${AT}.default: Invalid value: 0:  in body should be greater than or equal to 1`]],
    [
      { type: 'string', 'x-kubernetes-list-type': 'set' },
      [`${AT}.type: Invalid value: "string": must be array if x-kubernetes-list-type is specified`],
    ],
    [{ type: 'object', anyOf: [{ type: 'object' }] }, [`${AT}.anyOf[0].type: Forbidden: must be empty to be structural`]],
    [
      { type: 'object', 'x-kubernetes-validations': [{ rule: ' ' }] },
      [`${AT}.x-kubernetes-validations[0].rule: Required value: rule is not specified`],
    ],
  ])('%j is told what is wrong', (schema, expected) => expect(field(schema)).toEqual(expected));

  it.each<[object, string | undefined]>([
    [{ rule: 'true\n', message: 'm' }, undefined],
    [{ rule: 'a\nb' }, 'message: Required value: message must be specified if rule contains line breaks'],
    [{ rule: 'true', message: ' ' }, 'message: Invalid value: " ": must be non-empty if specified'],
    [{ rule: 'true', reason: 'Other' }, 'reason: Unsupported value: "Other": supported values: "FieldValueDuplicate"'],
    [{ rule: 'true', fieldPath: '.nope' }, 'fieldPath: Invalid value: ".nope": must be a valid path'],
    [{ rule: 'true', fieldPath: ".o['a b']" }, undefined],
    [{ rule: 'true', fieldPath: ".o['\\x']" }, `fieldPath: Invalid value: ".o['\\\\x']": must be a valid path`],
  ])('has a rule that is written %j', (rule, message) => {
    const o = { type: 'object', additionalProperties: { type: 'string' } };
    const found = field({ type: 'object', properties: { o }, 'x-kubernetes-validations': [rule] } as JSONSchemaProps).join('\n');
    if (message === undefined) expect(found).toBe('');
    else expect(found).toContain(`${AT}.x-kubernetes-validations[0].${message}`);
  });

  it('refuses patterns that are none', () => {
    expect(field({ type: 'string', pattern: '(' })[0]).toMatch(
      /^s\.properties\[f\]\.pattern: Invalid value: "\(": must be a valid regular expression, but isn't: /,
    );
  });

  it('names the keys of a list of type map', () => {
    const list = (items: JSONSchemaProps, keys = ['k']): JSONSchemaProps => ({
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': keys,
      items,
    });
    expect(field(list({ type: 'object', properties: { k: { type: 'string' } } }))).toEqual([
      `${AT}.items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
    ]);
    expect(field(list({ type: 'object', properties: {} }))).toEqual([
      `${AT}.x-kubernetes-list-map-keys: Invalid value: ["k"]: entries must all be names of item properties`,
    ]);
    expect(field(list({ type: 'object', properties: {} }, []))).toEqual([
      `${AT}.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`,
    ]);
  });
});
