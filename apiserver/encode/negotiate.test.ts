import { describe, expect, it } from '@jest/globals';
import { documentMediaOf, formOf, statusMediaOf } from './negotiate.ts';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const TABLE = 'as=Table;g=meta.k8s.io;v=v1';
const PARTIAL = 'as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const builtIn = { custom: false, verb: 'other' } as const;
const custom = { custom: true, verb: 'other' } as const;

describe('the form of an answer', () => {
  it.each([
    [undefined, 'json object'],
    ['', 'json object'],
    ['*/*', 'json object'],
    [PROTOBUF, 'protobuf object'],
    [`${PROTOBUF},application/json`, 'protobuf object'],
    [`application/json,${PROTOBUF}`, 'json object'],
    [`${PROTOBUF};q=0.5,application/json;q=0.9`, 'json object'],
    [`*/*,${PROTOBUF}`, 'protobuf object'],
    ['application/cbor,application/json', 'json object'],
    ['application/yaml', 'yaml object'],
    [`${PROTOBUF};${PARTIAL}`, 'protobuf partial'],
    [`${PROTOBUF};${TABLE},application/json;${PARTIAL},application/json`, 'json partial'],
    [`application/json;${TABLE.replace('v1', 'v1beta1')}`, 'json table'],
    [`application/json;as=Table;g=meta.k8s.io;v=v2,application/json`, 'json object'],
    ['application/json;stream=watch', 'json object'],
    ['application/yaml;stream=watch,application/json', 'json object'],
  ])('of a built-in kind for "%s" is %s', (accept, expected) => {
    const { media, as } = formOf(accept, builtIn);
    expect(`${media} ${as}`).toBe(expected);
  });

  it.each([
    [`${PROTOBUF},application/json`, 'json object'],
    [`${PROTOBUF};${PARTIAL}`, 'protobuf partial'],
    ['application/*', 'json object'],
  ])('of a custom resource for "%s" is %s', (accept, expected) => {
    const { media, as } = formOf(accept, custom);
    expect(`${media} ${as}`).toBe(expected);
  });

  const ACCEPTED = 'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf';
  it.each([
    [
      'text/plain',
      builtIn,
      '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    ],
    ['text/plain', custom, ACCEPTED],
    [PROTOBUF, custom, ACCEPTED],
    [`${PROTOBUF};${TABLE}`, builtIn, ACCEPTED],
    [
      'application/yaml',
      { custom: false, verb: 'watch' } as const,
      'only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch',
    ],
  ])('is refused where there is none for "%s"', (accept, scope, message) => {
    expect(() => formOf(accept, scope)).toThrow(expect.objectContaining({ code: 406, reason: 'NotAcceptable', message }));
  });
});

describe('the media type of a Status', () => {
  it.each([
    [PROTOBUF, 'protobuf'],
    [`${PROTOBUF};${PARTIAL}`, 'json'],
    [`application/json;${TABLE},application/yaml`, 'yaml'],
    ['text/plain', 'json'],
  ])('for "%s" is %s', (accept, media) => expect(statusMediaOf(accept)).toBe(media));
});

describe('the media type of a document', () => {
  it('is one of those that it is produced in', () => {
    expect(documentMediaOf(PROTOBUF, ['json', 'yaml', 'protobuf'])).toBe('protobuf');
    expect(() => documentMediaOf(PROTOBUF, ['json'])).toThrow('406: Not Acceptable\n\nAvailable representations: application/json');
  });
});
