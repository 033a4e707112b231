import { describe, expect, it } from '@jest/globals';
import type { PodTemplateSpec } from '../../../api/pod/template/pod-template.ts';
import { defaultPodTemplate } from '../../../api/pod/template/pod-template-defaults.ts';
import type { Revision } from './history.ts';
import { historyOf, nextNumber } from './history.ts';
import { holdsTemplate, revisionDataOf, revisionText, templateOf } from './revision-data.ts';
import { revisionHash } from './revision-hash.ts';

const template: PodTemplateSpec = { spec: { containers: [{ name: 'web', image: 'web:1' }] }, metadata: { labels: { b: '2', a: '1' } } };
const revision = (name: string, number: number, data: object, day = 1): Revision => ({
  metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: `2026-01-0${day}T00:00:00Z` },
  revision: number,
  data,
});

describe('the data of a revision', () => {
  it('is a patch that replaces the template, its keys sorted as Go sorts them', () => {
    expect(JSON.stringify(revisionDataOf(template))).toBe(
      '{"spec":{"template":{"$patch":"replace","metadata":{"labels":{"a":"1","b":"2"}},"spec":{"containers":[{"image":"web:1","name":"web"}]}}}}',
    );
  });

  it('gives the template back', () => {
    expect(templateOf({ data: revisionDataOf(template) })).toEqual(template);
  });

  it.each([[undefined], [{}], [{ spec: {} }], [{ spec: { template: 'web' } }]])('%j holds no template', (data) => {
    expect(templateOf({ data })).toBeUndefined();
  });

  it('is the same whatever the order of keys', () => {
    const data = {
      spec: { template: { spec: { containers: [{ name: 'web', image: 'web:1' }] }, metadata: { labels: { a: '1', b: '2' } }, $patch: 'replace' } },
    };
    expect(holdsTemplate({ data }, template)).toBe(true);
    expect(holdsTemplate({ data }, { ...template, metadata: { labels: { a: '1' } } })).toBe(false);
  });

  it('that lacks the defaults of newer fields still holds the template', () => {
    const filled = structuredClone(template);
    defaultPodTemplate(filled);
    expect(filled).not.toEqual(template);
    expect(holdsTemplate({ data: revisionDataOf(template) }, filled)).toBe(true);
  });

  it('is written as Go writes it', () => {
    expect(revisionText({ b: '<a> & b', a: 1 })).toBe('{"a":1,"b":"\\u003ca\\u003e \\u0026 b"}');
  });
});

describe('the hash of a revision', () => {
  // FNV-1 of the empty text is 2166136261, of "a" 84696446; the digits stand for letters.
  it.each([
    ['', undefined, 'bcdfghjklmnpqrstvwxz2456789'],
    ['a', undefined, 'bcdfghjklmnpqrstvwxz2456789'],
  ])('of %j is made of letters that form no words', (text, collisionCount, alphabet) => {
    expect([...revisionHash(text, collisionCount)].every((letter) => alphabet.includes(letter))).toBe(true);
  });

  it('is FNV-1 of 32 bits, each digit a letter', () => {
    const digits = (text: string) => [...text].map((digit) => 'bcdfghjklmnpqrstvwxz2456789'[digit.charCodeAt(0) % 27]).join('');
    expect(revisionHash('', undefined)).toBe(digits('2166136261'));
    expect(revisionHash('a', undefined)).toBe(digits('84696446'));
  });

  it('differs for each collision, and a count of 0 from none', () => {
    expect(new Set([undefined, 0, 1, 2].map((count) => revisionHash('a', count))).size).toBe(4);
  });
});

describe('the history of a workload', () => {
  const other = revisionDataOf({ spec: { containers: [] } });

  it('tells the revisions of the template from the others, lowest number first', () => {
    const revisions = [revision('c', 3, other), revision('b', 2, revisionDataOf(template)), revision('a', 1, other)];
    const { current, others } = historyOf(revisions, template);
    expect(current.map(({ metadata }) => metadata.name)).toEqual(['b']);
    expect(others.map(({ metadata }) => metadata.name)).toEqual(['a', 'c']);
    expect(nextNumber(revisions)).toBe(4);
    expect(nextNumber([])).toBe(1);
  });

  it('orders equal numbers by age, then by name', () => {
    const revisions = [revision('b', 1, other, 2), revision('c', 1, other, 1), revision('a', 1, other, 2)];
    expect(historyOf(revisions, template).others.map(({ metadata }) => metadata.name)).toEqual(['c', 'a', 'b']);
  });
});
