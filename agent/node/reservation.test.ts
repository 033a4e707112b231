import { describe, expect, it } from '@jest/globals';
import { NO_RESERVATION, parseReservation, sumOfReservations } from './reservation.ts';

describe('what a node keeps from its pods', () => {
  it('is read in the form of kubelet', () => {
    expect(parseReservation('')).toEqual(NO_RESERVATION);
    expect(parseReservation('cpu=200m, memory=500Mi,ephemeral-storage=1G,pid=1000')).toEqual({
      cpu: 200,
      memory: 500 * 2 ** 20,
      'ephemeral-storage': 1e9,
      pid: 1000,
    });
  });

  it('adds up', () => {
    expect(sumOfReservations([parseReservation('cpu=1,pid=5'), parseReservation('cpu=500m,memory=1Ki')])).toEqual({
      ...NO_RESERVATION,
      cpu: 1500,
      memory: 1024,
      pid: 5,
    });
  });

  it.each([
    ['cpu', '"cpu" is not of the form RESOURCE=AMOUNT, with one of cpu, memory, ephemeral-storage, pid'],
    ['pods=3', '"pods=3" is not of the form RESOURCE=AMOUNT'],
    ['cpu=1,cpu=2', 'cpu is given twice'],
    ['memory=-1Gi', 'memory=-1Gi: must not be negative'],
    ['memory=much', 'memory=much: '],
    ['memory=', 'memory=: '],
  ])('is not %s', (text, problem) => {
    expect(() => parseReservation(text)).toThrow(problem);
  });
});
