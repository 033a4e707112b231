import { describe, expect, it } from '@jest/globals';
import { labelSelectorText, parseSelector, selectorFrom, selectorFromLabels, selectorText } from './selector.ts';

describe('the text of a label selector', () => {
  it.each([
    ['', {}, true],
    ['a=b', { a: 'b' }, true],
    ['a==b', { a: 'c' }, false],
    ['a!=b', {}, true],
    ['a != b', { a: 'b' }, false],
    ['a in (x, y)', { a: 'y' }, true],
    ['a in (x,y)', {}, false],
    ['a notin (x,y)', {}, true],
    ['a notin (x,y)', { a: 'x' }, false],
    ['a', { a: '' }, true],
    ['!a', { a: '' }, false],
    ['!a,b=c', { b: 'c' }, true],
    ['a=', { a: '' }, true],
    ['in=in,notin', { in: 'in', notin: '' }, true],
    ['n>3', { n: '4' }, true],
    ['n<3', { n: 'x' }, false],
    ['a in ()', { a: '' }, true],
    ['a', { toString: '' }, false],
    ['toString', {}, false],
  ])('%s on %j gives %s', (text, labels, expected) => expect(parseSelector(text).matches(labels)).toBe(expected));

  it.each([
    ['a=b,', "found '', expected: identifier after ','"],
    [',', "found ',', expected: !, identifier, or 'end of string'"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a in x', "unable to parse requirement: found 'x' expected: '('"],
    ['a in (x', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['!a=b', "found '=', expected: ',' or 'end of string'"],
    ['a=b=c', "found '=', expected: ',' or 'end of string'"],
    ['n>x', "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer"],
  ])('%s is refused: %s', (text, message) => expect(() => parseSelector(text)).toThrow(message));

  it('names a bad key and a bad value', () => {
    expect(() => parseSelector('-a')).toThrow(/^unable to parse requirement: <nil>: Invalid value: "-a": /);
    expect(() => parseSelector('a=-b')).toThrow(/^unable to parse requirement: values\[0\]\[a\]: Invalid value: "-b": /);
  });

  it('is written so that it parses into the same', () => {
    const text = 'a,b=c,d in (e,f),g notin (h),!i';
    expect(selectorText(parseSelector(text))).toBe('a,b=c,d in (e,f),g notin (h),!i');
  });
});

describe('selectors of objects', () => {
  it('a missing LabelSelector matches nothing, an empty one everything', () => {
    expect(selectorFrom(undefined).matches({ a: 'b' })).toBe(false);
    expect(selectorFrom({}).matches({})).toBe(true);
  });
  it('matchLabels and matchExpressions must all hold', () => {
    const selector = selectorFrom({ matchLabels: { a: 'b' }, matchExpressions: [{ key: 'c', operator: 'NotIn', values: ['d'] }] });
    expect(selector.matches({ a: 'b' })).toBe(true);
    expect(selector.matches({ a: 'b', c: 'd' })).toBe(false);
  });
  it('an unknown operator is refused', () =>
    expect(() => selectorFrom({ matchExpressions: [{ key: 'a', operator: 'Near' }] })).toThrow('"Near" is not a valid label selector operator'));
  it('a map of labels asks for each of them', () => {
    expect(selectorFromLabels({ a: 'b', c: 'd' }).matches({ a: 'b', c: 'd', e: 'f' })).toBe(true);
    expect(selectorText(selectorFromLabels({ c: 'd', a: 'b' }))).toBe('a=b,c=d');
  });
  it('is shown in columns with equalities', () => {
    expect(labelSelectorText({ matchLabels: { a: 'b' }, matchExpressions: [{ key: 'c', operator: 'In', values: ['y', 'x'] }] })).toBe(
      'a=b,c in (x,y)',
    );
    expect(labelSelectorText({})).toBe('<none>');
  });
});
