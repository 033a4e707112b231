import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { defineResource } from './resource.ts';
import { all, eq, exists, gt, has, isIn, lte, matches, ne, not, or, rule, size, startsWith, unchanged } from './rule.ts';

const resource = <S extends z.ZodType>(spec: S) => defineResource({ group: 'example.dev', kind: 'Policy', spec });
const specOf = (spec: z.ZodType) => resource(spec).definition.spec?.versions?.[0]?.schema?.openAPIV3Schema?.properties?.spec;
const rulesOf = (spec: z.ZodType) => specOf(spec)?.['x-kubernetes-validations']?.map((each) => each.rule);

describe('a resource that is defined by a zod schema', () => {
  it('is named as Kubernetes names resources', () => {
    expect(resource(z.object({}))).toMatchObject({ plural: 'policies', version: 'v1', namespaced: true });
    expect(resource(z.object({})).definition).toMatchObject({
      metadata: { name: 'policies.example.dev' },
      spec: { names: { kind: 'Policy', listKind: 'PolicyList', singular: 'policy' } },
    });
  });

  it.each<[string, z.ZodType, object]>([
    ['bounds of numbers', z.number().gt(0).max(9.5), { type: 'number', minimum: 0, exclusiveMinimum: true, maximum: 9.5 }],
    ['integers', z.int().min(1), { type: 'integer', format: 'int64', minimum: 1 }],
    ['integers of 32 bits', z.int32(), { type: 'integer', format: 'int32' }],
    [
      'lengths and patterns',
      z
        .string()
        .min(1)
        .max(63)
        .regex(/^[a-z]+$/),
      { type: 'string', minLength: 1, maxLength: 63, pattern: '^[a-z]+$' },
    ],
    ['formats', z.iso.datetime(), { type: 'string', format: 'date-time' }],
    ['choices', z.enum(['a', 'b']), { type: 'string', enum: ['a', 'b'] }],
    ['a single value', z.literal('only'), { type: 'string', enum: ['only'] }],
    ['lists', z.array(z.boolean()).max(3), { type: 'array', items: { type: 'boolean' }, maxItems: 3 }],
    ['maps', z.record(z.string(), z.string()), { type: 'object', additionalProperties: { type: 'string' } }],
    ['null', z.string().nullable(), { type: 'string', nullable: true }],
    ['integer or string', z.union([z.int(), z.string()]), { 'x-kubernetes-int-or-string': true }],
    ['anything', z.unknown(), { 'x-kubernetes-preserve-unknown-fields': true }],
  ])('has %s in its structural schema', (_, field, schema) => {
    expect(specOf(z.object({ field }))?.properties?.field).toEqual(schema);
  });

  it('requires what has neither a default nor may be left out', () => {
    const spec = specOf(z.object({ must: z.string(), may: z.string().optional(), has: z.int().default(3) }));
    expect(spec?.required).toEqual(['must']);
    expect(spec?.properties?.has?.default).toBe(3);
  });

  it.each<[string, z.ZodType, RegExp]>([
    ['transforms', z.string().transform(Number), /^spec\.field: z\.pipe has no form in a CustomResourceDefinition/],
    ['dates', z.date(), /^spec\.field: z\.date has no form.*z\.iso\.datetime/],
    ['unions of objects', z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]), /^spec\.field: this union has no form/],
    ['patterns that RE2 does not have', z.string().regex(/(?=a)/), /^spec\.field: the pattern .* is none of RE2/],
  ])('refuses %s, and names the field', (_, field, message) => {
    expect(() => resource(z.object({ field }))).toThrow(message);
  });

  it('names the column and the field that is not there', () => {
    const columns = [{ name: 'Size', path: 'spec.size' }];
    expect(() => defineResource({ group: 'g.dev', kind: 'X', spec: z.object({}), columns })).toThrow(
      'column "Size": the schema has no field spec.size',
    );
  });

  it('tells which refinements the cluster does not make', () => {
    const spec = z.object({ name: z.string().refine((name) => name !== 'admin') });
    expect(resource(spec).clientOnly).toEqual(['spec.name']);
  });
});

describe('a rule', () => {
  const fields = { a: z.int(), b: z.int().optional(), ratio: z.number().optional(), name: z.string().optional(), 'dash-ed': z.string().optional() };
  const items = z.array(z.object({ key: z.string(), weight: z.int().optional() })).default([]);
  const spec = z.object({ ...fields, items });
  type Spec = z.output<typeof spec>;
  const cases: [string, ReturnType<typeof rule<Spec>>, string, object, object][] = [
    ['compares fields', rule<Spec>((self) => lte(self.a, self.b), 'm'), '!(has(self.b)) || (self.a <= self.b)', { a: 1, b: 2 }, { a: 3, b: 2 }],
    [
      'compares doubles',
      rule<Spec>((self) => gt(self.ratio, 1), 'm'),
      '!(has(self.ratio)) || (self.ratio > 1.0)',
      { a: 1, ratio: 1.5 },
      { a: 1, ratio: 1 },
    ],
    [
      'knows fields that CEL must escape',
      rule<Spec>((self) => ne(self['dash-ed'], ''), 'm'),
      '!(has(self.dash__dash__ed)) || (self.dash__dash__ed != "")',
      { a: 1 },
      { a: 1, 'dash-ed': '' },
    ],
    ['asks for presence', rule<Spec>((self) => or(has(self.b), eq(self.a, 0)), 'm'), '(has(self.b) || self.a == 0)', { a: 0 }, { a: 1 }],
    [
      'matches texts',
      rule<Spec>((self) => matches(self.name, /^x\d$/), 'm'),
      '!(has(self.name)) || (self.name.matches("^x\\\\d$"))',
      { a: 1, name: 'x1' },
      { a: 1, name: 'y' },
    ],
    [
      'negates without deciding the undecided',
      rule<Spec>((self) => not(startsWith(self.name, 'kube-')), 'm'),
      '!(has(self.name)) || (!(self.name.startsWith("kube-")))',
      { a: 1 },
      { a: 1, name: 'kube-x' },
    ],
    ['looks for values', rule<Spec>((self) => isIn(self.a, [1, 2]), 'm'), 'self.a in [1, 2]', { a: 2 }, { a: 3 }],
    [
      'measures lists',
      rule<Spec>((self) => lte(size(self.items as never), 1), 'm'),
      'size(self.items) <= 1',
      { a: 1, items: [] },
      { a: 1, items: [{ key: 'a' }, { key: 'b' }] },
    ],
  ];
  it.each(cases)('%s, in CEL and here alike', (_, check, cel, good, bad) => {
    const checked = spec.check(check);
    expect(rulesOf(checked)).toEqual([cel]);
    expect(checked.safeParse(good).success).toBe(true);
    expect(checked.safeParse(bad).success).toBe(false);
  });

  it('looks at the elements of lists', () => {
    const checked = spec.check(
      rule((self) => all(self.items, (item) => gt(item.weight, 0)), 'weights are positive'),
      rule((self) => exists(self.items, (item) => eq(item.key, 'main')), 'one is main'),
    );
    const [every = '', some = ''] = rulesOf(checked) ?? [];
    expect(every).toMatch(/^self\.items\.all\((e\d+), !\(has\(\1\.weight\)\) \|\| \(\1\.weight > 0\)\)$/);
    expect(some).toMatch(/^self\.items\.exists\((e\d+), \1\.key == "main"\)$/);
    expect(checked.safeParse({ a: 1, items: [{ key: 'main' }, { key: 'b', weight: 2 }] }).success).toBe(true);
    expect(checked.safeParse({ a: 1, items: [{ key: 'main', weight: 0 }] }).success).toBe(false);
    expect(checked.safeParse({ a: 1, items: [{ key: 'other' }] }).success).toBe(false);
  });

  it('keeps fields as they are, those that may be absent too', () => {
    const checked = spec.check(
      rule((self) => unchanged(self.a), 'a stays'),
      rule((self) => unchanged(self.b), 'b stays'),
    );
    expect(rulesOf(checked)).toEqual(['self.a == oldSelf.a', '((has(self.b)) == (has(oldSelf.b)) && (!(has(self.b)) || self.b == oldSelf.b))']);
  });

  it('shows its message at the field that is at fault', () => {
    const checked = spec.check(rule((self) => eq(self.a, 1), { message: 'a is 1', path: ['a'], reason: 'FieldValueForbidden' }));
    expect(specOf(checked)?.['x-kubernetes-validations']).toEqual([
      { rule: 'self.a == 1', message: 'a is 1', fieldPath: '.a', reason: 'FieldValueForbidden' },
    ]);
    expect(checked.safeParse({ a: 2 }).error?.issues).toMatchObject([{ path: ['a'], message: 'a is 1' }]);
  });
});
