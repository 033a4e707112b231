import { describe, expect, it } from '@jest/globals';
import type { CertificateSigningRequestCondition } from '../../../api/kinds/certificates/index.ts';
import { endOf } from './plan.ts';

const HOUR = 3_600_000;
const CREATED = Date.UTC(2026, 0, 1);
const at = (hours: number) => new Date(CREATED + hours * HOUR).toISOString();
const condition = (type: string, hours: number): CertificateSigningRequestCondition => ({ type, status: 'True', lastUpdateTime: at(hours) });

describe('a certificate signing request is kept', () => {
  it.each<[string, CertificateSigningRequestCondition[], number]>([
    ['for a day undecided', [], 24],
    ['for a day while it waits for an administrator', [condition('NotAutoApproved', 2)], 24],
    ['for an hour after its approval', [condition('Approved', 2)], 3],
    ['for an hour after its denial', [condition('Denied', 5)], 6],
    ['for an hour after its failure', [condition('Approved', 3), condition('Failed', 3)], 4],
  ])('%s', (_, conditions, hours) => {
    const request = {
      metadata: { name: 'a', uid: 'u', resourceVersion: '1', creationTimestamp: at(0) },
      spec: { request: '', signerName: 'a.b/c' },
      status: { conditions },
    };
    expect(endOf(request)).toBe(CREATED + hours * HOUR);
  });
});
