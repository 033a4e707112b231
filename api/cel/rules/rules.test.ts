import { describe, expect, it } from '@jest/globals';
import { finished } from '../../../base/steps.ts';
import { fieldErrorText } from '../../schema/field-error.ts';
import { compileDeviceSelector } from '../device-selector.ts';
import type { CelSchema } from '../schema.ts';
import { checkRules } from './definition-check.ts';
import { ruleValidator } from './validator.ts';

const ofSpec = (spec: CelSchema): CelSchema => ({ type: 'object', properties: { spec } });
const text = (rule: string, more: object = {}): CelSchema => ({ type: 'string', maxLength: 20, 'x-kubernetes-validations': [{ rule, ...more }] });
const definitionFaults = (schema: CelSchema): string[] => finished(checkRules(ofSpec(schema), 'schema')).map(fieldErrorText);

function findings(spec: CelSchema, now: unknown, old?: unknown) {
  const validate = ruleValidator(ofSpec(spec));
  const found = validate?.atOnce({ spec: now }, old === undefined ? undefined : { spec: old });
  return { errors: (found?.errors ?? []).map(fieldErrorText), warnings: found?.warnings ?? [] };
}
const errors = (spec: CelSchema, now: unknown, old?: unknown): string[] => findings(spec, now, old).errors;

describe('a definition is refused for a rule that', () => {
  it.each<[string, CelSchema, string]>([
    ['does not compile', text('self.foo()'), `compilation failed: ERROR: <input>:1:9: undeclared reference to 'foo' (in container '')`],
    ['is no condition', text('self'), 'cel expression must evaluate to a bool'],
    ['has a message that does not compile', text('true', { messageExpression: '1' }), 'messageExpression must evaluate to a string'],
    [
      'costs too much',
      { type: 'array', items: { type: 'string' }, 'x-kubernetes-validations': [{ rule: 'self.all(x, self.all(y, x == y))' }] },
      'x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x (try simplifying the rule',
    ],
    [
      'costs too much for all values that an object may hold',
      { type: 'array', items: { type: 'array', items: text("self.matches('a*b*c*d*e*f*')") } },
      'estimated rule cost exceeds budget by factor of 2.9x',
    ],
    [
      'costs too much for the whole schema',
      { type: 'array', items: { type: 'array', items: text(`self.matches('${'a*'.repeat(50)}')`) } },
      'Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of',
    ],
    [
      'looks at the old value of an item that cannot be found',
      { type: 'array', maxItems: 5, items: text('self == oldSelf') },
      'oldSelf cannot be used on the uncorrelatable portion of the schema within schema.properties[spec]',
    ],
    ['declares an old value and does not use it', text('true', { optionalOldSelf: true }), 'may not be set if oldSelf is not used in rule'],
    [
      'reads metadata that rules do not see',
      { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-validations': [{ rule: 'has(self.metadata.labels)' }] },
      "undefined field 'labels'",
    ],
  ])('%s', (_what, schema, message) => {
    expect(definitionFaults(schema).join('\n')).toContain(message);
  });

  it('may keep a rule that is too expensive if the schema did not change', () => {
    const schema = ofSpec({ type: 'string', 'x-kubernetes-validations': [{ rule: `self.matches('${'a*'.repeat(500)}')` }] });
    expect(finished(checkRules(schema, 'schema'))).toHaveLength(1);
    expect(finished(checkRules(schema, 'schema', { allowExpensiveRules: true }))).toEqual([]);
  });
});

describe('an object is refused if', () => {
  it('a rule fails, with the rule, its message, its reason and its field', () => {
    expect(errors(text('self.size() > 3'), 'ab')).toEqual(['spec: Invalid value: "ab": failed rule: self.size() > 3']);
    expect(errors(text('false', { message: ' too short ' }), 'ab')).toEqual(['spec: Invalid value: "ab": too short']);
    expect(errors(text('false', { messageExpression: "'got ' + self" }), 'ab')).toEqual(['spec: Invalid value: "ab": got ab']);
    expect(errors(text('false', { messageExpression: "''", message: 'plain' }), 'ab')).toEqual(['spec: Invalid value: "ab": plain']);
    expect(errors(text('false', { reason: 'FieldValueForbidden', message: 'm' }), 'ab')).toEqual(['spec: Forbidden: m']);
    const schema: CelSchema = {
      type: 'object',
      properties: { a: { type: 'integer' } },
      'x-kubernetes-validations': [{ rule: 'self.a > 1', fieldPath: '.a', message: 'm' }],
    };
    expect(errors(schema, { a: 1 })).toEqual(['spec.a: Invalid value: m']);
    expect(errors(schema, {})).toEqual(['spec: Invalid value: "object": no such key: a evaluating rule: m']);
  });

  it('a rule of an item or of a value in a map fails', () => {
    expect(errors({ type: 'array', items: text("self == 'a'") }, ['a', 'b'])).toEqual([`spec[1]: Invalid value: "b": failed rule: self == 'a'`]);
    expect(errors({ type: 'object', additionalProperties: text("self == 'a'") }, { k: 'b' })).toEqual([
      `spec[k]: Invalid value: "b": failed rule: self == 'a'`,
    ]);
    expect(errors({ type: 'string', allOf: [text("self == 'a'")], 'x-kubernetes-validations': [{ rule: 'true' }] }, 'b')).toHaveLength(1);
  });

  it('it changes against a transition rule, which a new object does not meet', () => {
    const immutable = text('self == oldSelf');
    expect(errors(immutable, 'a')).toEqual([]);
    expect(errors(immutable, 'a', 'a')).toEqual([]);
    expect(errors(immutable, 'b', 'a')).toEqual(['spec: Invalid value: "b": failed rule: self == oldSelf']);
    const optional = text("oldSelf.hasValue() || self == 'first'", { optionalOldSelf: true });
    expect(errors(optional, 'x')).toHaveLength(1);
    expect(errors(optional, 'x', 'y')).toEqual([]);
  });

  it('the items of a list of type map are told apart by their keys', () => {
    const items: CelSchema = {
      type: 'object',
      properties: { k: { type: 'string' }, v: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self >= oldSelf' }] } },
    };
    const list: CelSchema = { type: 'array', items, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] };
    const old = [
      { k: 'a', v: 5 },
      { k: 'b', v: 1 },
    ];
    expect(
      errors(
        list,
        [
          { k: 'b', v: 2 },
          { k: 'a', v: 6 },
        ],
        old,
      ),
    ).toEqual([]);
    expect(
      errors(
        list,
        [
          { k: 'b', v: 2 },
          { k: 'a', v: 4 },
        ],
        old,
      ),
    ).toEqual(['spec[1].v: Invalid value: 4: failed rule: self >= oldSelf']);
  });

  it('a value that did not change is told, not refused', () => {
    const schema: CelSchema = { type: 'object', properties: { a: text("self == 'good'"), b: { type: 'string' } } };
    expect(findings(schema, { a: 'bad', b: 'y' }, { a: 'bad', b: 'x' })).toEqual({
      errors: [],
      warnings: [`spec.a: Invalid value: "bad": failed rule: self == 'good'`],
    });
    expect(errors(schema, { a: 'worse' }, { a: 'bad' })).toHaveLength(1);
  });

  describe('a changed list has items that were wrong before', () => {
    const refused = (field: string) => `spec.${field}: Invalid value: "bad": failed rule: self != 'bad'`;
    const list = (more: object): CelSchema => ({ type: 'array', items: text("self != 'bad'"), ...more });
    const map: CelSchema = {
      type: 'array',
      items: { type: 'object', properties: { k: { type: 'string' }, v: text("self != 'bad'") } },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
    };
    const schema: CelSchema = {
      type: 'object',
      properties: { plain: list({}), atomic: list({ 'x-kubernetes-list-type': 'atomic' }), set: list({ 'x-kubernetes-list-type': 'set' }), map },
    };

    it('that have no counterpart: those of sets as well as those of atomic lists', () => {
      const [old, next] = [['bad'], ['bad', 'good']];
      expect(findings(schema, { plain: next, atomic: next, set: next }, { plain: old, atomic: old, set: old })).toEqual({
        errors: [refused('plain[0]'), refused('atomic[0]'), refused('set[0]')],
        warnings: [],
      });
    });

    it('and is told of those whose keys have the same value as before', () => {
      const old = [
        { k: 'a', v: 'bad' },
        { k: 'b', v: 'good' },
      ];
      const next = [{ k: 'b', v: 'bad' }, { k: 'a', v: 'bad' }, { v: 'bad' }];
      expect(findings(schema, { map: next }, { map: [...old, { v: 'bad' }] })).toEqual({
        errors: [refused('map[0].v'), refused('map[2].v')],
        warnings: [refused('map[1].v')],
      });
    });

    it('and is told of all if it did not change, but for the order of a map list', () => {
      const whole: CelSchema = { ...map, 'x-kubernetes-validations': [{ rule: 'false', message: 'no' }] };
      const items = [{ k: 'a' }, { k: 'b' }];
      expect(findings(whole, items.toReversed(), items)).toEqual({ errors: [], warnings: ['spec: Invalid value: no'] });
      expect(findings(schema, { set: ['bad', 'x'], plain: [] }, { set: ['bad', 'x'] }).warnings).toEqual([refused('set[0]')]);
      expect(findings(schema, { set: ['x', 'bad'] }, { set: ['bad', 'x'] }).errors).toEqual([refused('set[1]')]);
    });
  });

  it('its rules cost too much, which is found in turns', async () => {
    const schema: CelSchema = {
      type: 'array',
      items: { type: 'integer' },
      'x-kubernetes-validations': [{ rule: 'self.all(x, self.all(y, x == x))' }],
    };
    const many = Array.from({ length: 2000 }, (_, i) => i);
    const validator = ruleValidator(ofSpec(schema));
    expect(validator?.atOnce({ spec: many }, undefined)).toBeUndefined();
    let turns = 0;
    let done = false;
    const count = () => {
      turns++;
      if (!done) setImmediate(count);
    };
    count();
    const found = await validator?.inTurns({ spec: many }, undefined);
    done = true;
    expect(found?.errors.map(fieldErrorText)[0]).toContain(
      "'operation cancelled: actual cost limit exceeded': no further validation rules will be run",
    );
    expect(turns).toBeGreaterThan(50);
  });

  it('rules see the types of the schema', () => {
    const of = (schema: CelSchema, rule: string): CelSchema => ({ ...schema, 'x-kubernetes-validations': [{ rule }] });
    expect(errors(of({ type: 'number' }, 'self == 1.0'), 1)).toEqual([]);
    expect(errors(of({ type: 'integer' }, 'self == 9007199254740993'), 9007199254740993n)).toEqual([]);
    expect(errors(of({ type: 'string', format: 'duration' }, "self == duration('24h')"), '1d')).toEqual([]);
    expect(errors(of({ type: 'string', format: 'date-time' }, 'self.getFullYear() == 2026'), '2026-01-01T00:00:00Z')).toEqual([]);
    expect(errors(of({ type: 'string', format: 'byte' }, "self == b'hi'"), 'aGk=')).toEqual([]);
    expect(errors(of({ 'x-kubernetes-int-or-string': true }, "type(self) == int ? self > 1 : self == 'x'"), 'x')).toEqual([]);
    expect(
      errors(
        of({ type: 'object', properties: { 'a-b': { type: 'string' }, namespace: { type: 'string' } } }, 'self.a__dash__b == self.__namespace__'),
        { 'a-b': 'x', namespace: 'x' },
      ),
    ).toEqual([]);
    expect(
      errors(
        of({ type: 'array', items: { type: 'integer' }, 'x-kubernetes-list-type': 'set' }, 'self == [3, 2, 1] && self + [3, 4] == [1, 2, 3, 4]'),
        [1, 2, 3],
      ),
    ).toEqual([]);
  });
});

describe('the selector of a device', () => {
  it.each([
    ['other', "compilation failed: ERROR: <input>:1:1: undeclared reference to 'other' (in container '')"],
    ['1', 'must evaluate to bool or the unknown type, not int'],
  ])('%s is refused: %s', (expression, fault) => {
    expect(compileDeviceSelector(expression).fault).toContain(fault);
  });

  it.each(["device.attributes['gpu.example.com'].mem > 3", "device.driver == 'x'", "cel.bind(d, device.attributes['x'], d.a && d.b)"])(
    '%s is accepted',
    (expression) => {
      expect(compileDeviceSelector(expression)).toMatchObject({ isTooComplex: false });
    },
  );
});
