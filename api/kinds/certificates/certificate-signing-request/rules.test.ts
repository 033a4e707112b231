import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Live } from '../../../meta/object.ts';
import { conditionText } from './columns.ts';
import { approvalRules, certificateSigningRequestStrategy as strategy } from './rules.ts';
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from './schema.ts';

const PEM = btoa('-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n');
const CERTIFICATE = btoa('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');

type Change = (request: Live<CertificateSigningRequest>) => void;

function request(change: Change = () => {}): Live<CertificateSigningRequest> {
  const made: Live<CertificateSigningRequest> = {
    metadata: { name: 'csr', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { request: PEM, signerName: 'example.com/signer', usages: ['client auth'] },
  };
  change(made);
  return made;
}

const condition = (type: string, more: Partial<CertificateSigningRequestCondition> = {}): CertificateSigningRequestCondition => ({
  type,
  status: 'True',
  ...more,
});
const withConditions =
  (...conditions: CertificateSigningRequestCondition[]): Change =>
  (made) => {
    made.status = { ...made.status, conditions };
  };
const APPROVED = condition('Approved', { lastUpdateTime: '2026-01-01T00:00:00Z', lastTransitionTime: '2026-01-01T00:00:00Z' });
const spec =
  (more: Partial<CertificateSigningRequest['spec']>): Change =>
  (made) => {
    Object.assign(made.spec, more);
  };
const status =
  (next: CertificateSigningRequest['status']): Change =>
  (made) => {
    made.status = next;
  };
const texts = (errors: readonly { field: string; message: string }[] | undefined) => errors?.map(({ field, message }) => `${field}: ${message}`);

describe('a certificate signing request', () => {
  it.each<[string, Change, string[]]>([
    ['is valid', () => {}, []],
    ['holds a request', spec({ request: CERTIFICATE }), ['spec.request: Invalid value']],
    ['has usages', spec({ usages: [] }), ['spec.usages: Required value']],
    ['has known usages', spec({ usages: ['flying'] }), ['spec.usages[0]: Unsupported value: "flying"']],
    ['has distinct usages', spec({ usages: ['any', 'any'] }), ['spec.usages[1]: Duplicate value: "any"']],
    ['names a signer', spec({ signerName: '' }), ['spec.signerName: Required value']],
    ['names a signer with a path', spec({ signerName: 'a' }), ['spec.signerName: Invalid value: "a": must be a fully qualified']],
    ['names a signer of a domain', spec({ signerName: 'a/b' }), ['spec.signerName: Invalid value: "a": should be a domain']],
    ['names a signer in lower case', spec({ signerName: 'A.b/c' }), ['spec.signerName: Invalid value: "A.b": validating label "A"']],
    [
      'asks no legacy signer',
      spec({ signerName: 'kubernetes.io/legacy-unknown' }),
      ['spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed'],
    ],
    ['asks for ten minutes', spec({ expirationSeconds: 599 }), ['spec.expirationSeconds: Invalid value: 599']],
  ])('%s', (_, change, expected) => {
    const found = texts(strategy.validate?.(request(change)));
    expect(found).toHaveLength(expected.length);
    for (const [index, text] of expected.entries()) expect(found?.[index]).toContain(text);
  });

  it('is its creator’s, whoever the manifest names', () => {
    const made = request(({ spec }) => Object.assign(spec, { username: 'other', groups: ['system:masters'], extra: { a: ['b'] }, uid: 'x' }));
    strategy.stamp?.(made, undefined, { user: { name: 'me', groups: ['g'] }, now: 0 });
    const { username, groups, uid, extra } = made.spec;
    expect({ username, groups, uid, extra }).toEqual({ username: 'me', groups: ['g'], uid: undefined, extra: undefined });
  });
});

describe('a change of a certificate signing request', () => {
  let old: Live<CertificateSigningRequest>;
  beforeEach(() => {
    old = request(withConditions(APPROVED));
  });

  it('leaves spec and status as they are in the main resource', () => {
    const next = request(spec({ signerName: 'other.com/signer' }));
    strategy.prepareForUpdate?.(next, old);
    expect([next.spec, next.status]).toEqual([old.spec, old.status]);
  });

  it.each<[string, 'status' | 'approval', Change, string[]]>([
    [
      'adds no approval to the status',
      'status',
      withConditions(condition('Approved'), condition('Denied')),
      ['mutually exclusive', 'may not add a condition of type "Denied"'],
    ],
    ['adds a failure to the status', 'status', withConditions(condition('Approved'), condition('Failed')), []],
    ['takes no approval away', 'approval', withConditions(), ['updates may not remove a condition of type "Approved"']],
    [
      'adds no denial to an approval',
      'approval',
      withConditions(condition('Approved'), condition('Denied')),
      ['status.conditions[1].type: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive'],
    ],
    [
      'says True of decisions',
      'approval',
      withConditions(condition('Approved', { status: 'False' })),
      ['status.conditions[0].status: Unsupported value: "False": supported values: "True"'],
    ],
    ['says other words of other conditions', 'approval', withConditions(condition('Approved'), condition('Mine', { status: 'Unknown' })), []],
    [
      'has one condition of each type',
      'approval',
      withConditions(condition('Approved'), condition('Approved')),
      ['status.conditions[1].type: Duplicate value: "Approved"'],
    ],
    ['writes the certificate into the status', 'status', status({ conditions: [APPROVED], certificate: CERTIFICATE }), []],
    [
      'writes only certificates',
      'status',
      status({ conditions: [APPROVED], certificate: PEM }),
      ['only CERTIFICATE PEM blocks are allowed, found "CERTIFICATE REQUEST"'],
    ],
  ])('%s', (_, through, change, expected) => {
    const next = request(change);
    if (through === 'status') strategy.prepareForStatusUpdate?.(next, old);
    else approvalRules.prepare(next, old);
    strategy.stamp?.(next, old, { user: { name: 'me', groups: [] }, now: Date.UTC(2026, 1, 1) });
    const found = texts(through === 'status' ? strategy.validateStatusUpdate?.(next, old) : approvalRules.validate(next, old));
    expect(found).toHaveLength(expected.length);
    for (const [index, text] of expected.entries()) expect(found?.[index]).toContain(text);
  });

  it('replaces no certificate', () => {
    old.status = { ...old.status, certificate: CERTIFICATE };
    const next = request(status({ ...old.status, certificate: btoa(`${atob(CERTIFICATE)}\n`) }));
    expect(texts(strategy.validateStatusUpdate?.(next, old))).toEqual([
      'status.certificate: Forbidden: updates may not modify existing certificate content',
    ]);
  });

  it('keeps the approval and the certificate apart', () => {
    old.status = { ...old.status, certificate: CERTIFICATE };
    const next = request(withConditions(condition('Approved', { message: 'mine' })));
    approvalRules.prepare(next, old);
    expect(next.status).toEqual({ certificate: CERTIFICATE, conditions: [condition('Approved', { message: 'mine' })] });
  });

  it('fills in the times that are left out', () => {
    const next = request(withConditions(condition('Approved'), condition('Mine')));
    approvalRules.prepare(next, old);
    strategy.stamp?.(next, old, { user: { name: 'me', groups: [] }, now: Date.UTC(2026, 1, 1) });
    expect(next.status?.conditions?.map(({ lastUpdateTime, lastTransitionTime }) => [lastUpdateTime, lastTransitionTime])).toEqual([
      ['2026-02-01T00:00:00Z', '2026-01-01T00:00:00Z'],
      ['2026-02-01T00:00:00Z', '2026-02-01T00:00:00Z'],
    ]);
  });
});

describe('the condition that is shown', () => {
  it.each<[string, Change]>([
    ['Pending', () => {}],
    ['Approved', withConditions(condition('Approved'))],
    ['Denied', withConditions(condition('Approved'), condition('Denied'))],
    ['Approved,Failed', withConditions(condition('Failed'), condition('Approved'))],
    ['Approved,Issued', status({ certificate: CERTIFICATE, conditions: [condition('Approved')] })],
  ])('is %s', (text, change) => {
    expect(conditionText(request(change))).toBe(text);
  });
});
