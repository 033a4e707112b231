import { describe, expect, it } from '@jest/globals';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  milliValueOfQuantity,
  quantityProblem,
  roundToMilli,
  subtractQuantities,
  valueOfQuantity,
} from './quantity.ts';

describe('canonicalQuantity', () => {
  it.each([
    ['0', '0'],
    ['0.1', '100m'],
    ['1.5', '1500m'],
    ['1000m', '1'],
    ['1000', '1k'],
    ['1500Mi', '1500Mi'],
    ['1000Mi', '1000Mi'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['0.9Gi', '966367641600m'],
    ['512Ki', '512Ki'],
    ['0.5Ki', '512'],
    ['1e3', '1e3'],
    ['12e4', '120e3'],
    ['1E', '1E'],
    ['0.0000000001', '1n'],
    ['-1.5', '-1500m'],
    ['1.500', '1.500'],
    ['0Mi', '0'],
    ['9223372036854775808', '9223372036854775808'],
    ['1e20', '100e18'],
    ['100000000000000000000', '100E'],
    ['12345678901234567890123', '12345678901234567890123'],
    ['0.9999999999', '1'],
    ['8Ei', '9223372036854775807'],
    ['1e2000000000', '100e1999999998'],
    // Upstream has no suffix for such powers.
    [`1${'0'.repeat(100)}`, '10'],
    ['.5', '500m'],
  ])('writes %s back as %s', (text, expected) => expect(canonicalQuantity(text)).toBe(expected));

  it.each(['', 'abc', '1 Gi', '1Gb', '1.2.3', 'true'])('refuses %j for its form', (text) =>
    expect(quantityProblem(text)).toBe("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"),
  );
  it.each(['1ki', '1mm', '1K', '--1'])('refuses %j for its suffix', (text) =>
    expect(quantityProblem(text)).toBe("unable to parse quantity's suffix"),
  );
});

describe('arithmetic on quantities', () => {
  it('compares across suffixes', () => {
    expect(compareQuantities('1Gi', '1024Mi')).toBe(0);
    expect(compareQuantities('999m', '1')).toBe(-1);
    expect(compareQuantities('1k', '999')).toBe(1);
  });
  it('adds and subtracts in the format of the first, or of the second where the first is zero', () => {
    expect(addQuantities('100m', '900m')).toBe('1');
    expect(addQuantities('0', '64Mi')).toBe('64Mi');
    expect(addQuantities('1Gi', '1024')).toBe('1048577Ki');
    expect(subtractQuantities('1', '1500m')).toBe('-500m');
  });
  it('rounds away from zero to whole numbers and thousandths', () => {
    expect(valueOfQuantity('1500m')).toBe(2);
    expect(valueOfQuantity('64Mi')).toBe(67108864);
    expect(milliValueOfQuantity('0.0001')).toBe(1);
    expect(milliValueOfQuantity('2')).toBe(2000);
    expect(milliValueOfQuantity('250m')).toBe(250);
    expect(roundToMilli('0.30000000000000004')).toBe('301m');
    expect(roundToMilli('64Mi')).toBe('64Mi');
  });
});

describe('a long text', () => {
  // As a regular expression, 4,000 zeros took 20 seconds.
  it.each([
    [`${'0'.repeat(1_000_000)}x`, undefined],
    [`${'0'.repeat(1_000_000)}1.5`, '1500m'],
    [`${'1'.repeat(1_000_000)}e-999999`, '1111111112e-9'],
    [`0.${'1'.repeat(1_000_000)}`, '111111112n'],
    [`1e${'9'.repeat(1_000_000)}`, undefined],
    [`1${'m'.repeat(1_000_000)}`, undefined],
  ])('is read or refused in linear time', (text, canonical) => {
    if (canonical === undefined) expect(quantityProblem(text)).toMatch(/^(quantities must match|unable to parse)/);
    else expect(canonicalQuantity(text)).toBe(canonical);
  });
});
