import { expect, it } from '@jest/globals';
import { atomicList, boolean, int32, map, quantity, ref, string, struct } from './fields.ts';
import { internalForm } from './internal-form.ts';
import { structuralOf } from './structural.ts';

const Part = struct('Part', 'A part.', { cel: string('A rule.').tag(2).optional(), name: string('Its name.').tag(1) });
const Whole = struct('Whole', 'A whole.', {
  capacity: map(quantity(), 'Amounts.').tag(6).optional(),
  first: ref(Part, 'A part that is always there.').tag(1),
  isOn: boolean('A choice.', { presence: 'pointer' }).tag(5).optional(),
  more: atomicList(Part, 'More parts.').tag(3).optional(),
  other: ref(Part, 'A part that may be there.').tag(2).optional(),
  size: int32('A number.').tag(4).optional(),
});

it('shows every field under its name in Go, in the order of the numbers, absent ones by their zero value', () => {
  const shown = internalForm({ more: [{ name: 'a' }], first: { name: 'b', cel: 'x > 1' } }, structuralOf(Whole));
  expect(JSON.stringify(shown)).toBe(
    '{"First":{"Name":"b","CEL":"x > 1"},"Other":null,"More":[{"Name":"a","CEL":""}],"Size":0,"IsOn":null,"Capacity":null}',
  );
});
