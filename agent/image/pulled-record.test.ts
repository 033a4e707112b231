import { describe, expect, it } from '@jest/globals';
import type { Coordinates, PullCredentials, PulledRecord, PullSecret } from './pulled-record.ts';
import { accessTo, FOR_ALL_PODS, ofSecret, ofServiceAccount, withCredentials } from './pulled-record.ts';
import { parseIntent, parseRecord, recordText } from './record-form.ts';

const secret = (name: string, credentialHash: string, more: Partial<PullSecret> = {}): PullSecret => ({
  uid: `uid-${name}`,
  namespace: 'default',
  name,
  credentialHash,
  ...more,
});
const [A, B] = [secret('a', 'hash-a'), secret('b', 'hash-b')];
const of = (...secrets: PullSecret[]): PullCredentials => ({ secrets, serviceAccounts: [], forAllPods: false });

describe('a pod may use an image that was pulled with the credentials of a Secret', () => {
  it.each<[string, PullCredentials, PullSecret[], ReturnType<typeof accessTo>]>([
    ['with the same Secret', of(A), [A], { granted: true }],
    ['with one of several', of(A, B), [secret('x', 'hash-x'), B], { granted: true }],
    ['with the same credentials in another Secret', of(A), [secret('b', 'hash-a')], { granted: true, learned: secret('b', 'hash-a') }],
    ['with the same Secret after its credentials were changed', of(A), [secret('a', 'new')], { granted: true, learned: secret('a', 'new') }],
    ['not with other credentials', of(A), [B], { granted: false }],
    ['not with a Secret of that name made anew', of(A), [secret('a', 'new', { uid: 'other' })], { granted: false }],
    ['not with a Secret of that name in another namespace', of(A), [secret('a', 'new', { namespace: 'other' })], { granted: false }],
    ['not if neither of the two has a hash', of(secret('a', '')), [secret('b', '')], { granted: false }],
    ['not without a Secret', of(A), [], { granted: false }],
    ['without a Secret if it was pulled without', FOR_ALL_PODS, [], { granted: true }],
  ])('%s', (_, recorded, secrets, access) => expect(accessTo(recorded, { secrets, serviceAccounts: [] })).toEqual(access));

  it('with the same credentials, but a record of a hundred Secrets learns no more', () => {
    const many = of(...Array.from({ length: 100 }, (_, i) => secret(`s${i}`, `hash-${i}`)));
    expect(accessTo(many, { secrets: [secret('x', 'hash-7')], serviceAccounts: [] })).toEqual({ granted: true });
    expect(accessTo(many, { secrets: [secret('s7', 'new')], serviceAccounts: [] })).toEqual({ granted: false });
  });
});

describe('an image that was pulled with the token of a service account', () => {
  const [robot, other] = ['robot', 'other'].map((name) => ({ uid: `uid-${name}`, namespace: 'default', name })) as [Coordinates, Coordinates];
  const anew = { ...robot, uid: 'anew' };

  it('is for pods of that account alone', () => {
    const access = (...serviceAccounts: Coordinates[]) => accessTo(ofServiceAccount(robot), { secrets: [A], serviceAccounts }).granted;
    expect([access(robot), access(other), access(anew), access()]).toEqual([true, false, false, false]);
  });

  it('is recorded with each account once, beside the Secrets, until it is for all pods', () => {
    const record = (credentials: PullCredentials): PulledRecord => ({ updatedAt: 0, imageRef: 'i', credentials: new Map([['web', credentials]]) });
    const merged = (known: PullCredentials, added: PullCredentials) => withCredentials(record(known), 'i', 'web', added, 1)?.credentials.get('web');
    const both = { ...of(A), serviceAccounts: [other, robot] };
    expect(merged({ ...of(A), serviceAccounts: [robot] }, ofServiceAccount(other))).toEqual(both);
    expect(merged(both, ofServiceAccount(robot))).toBeUndefined();
    expect(merged(both, FOR_ALL_PODS)).toEqual(FOR_ALL_PODS);
  });
});

describe('the record of a pulled image', () => {
  const NOW = Date.parse('2026-11-27T03:00:00Z');
  const known = (credentials: PullCredentials): PulledRecord => ({
    updatedAt: 0,
    imageRef: 'sha256:1',
    credentials: new Map([['web', credentials]]),
  });
  const added = (record: PulledRecord | undefined, credentials: PullCredentials | undefined, repository = 'web') =>
    withCredentials(record, 'sha256:1', repository, credentials, NOW);

  it.each<[string, PulledRecord | undefined, PullCredentials | undefined, PullCredentials | undefined]>([
    ['begins with the first credentials', undefined, of(A), of(A)],
    ['collects Secrets in the order of their names', known(of(B)), of(A), of(A, B)],
    ['has one hash per Secret', known(of(A, B)), of(secret('a', 'new')), of(secret('a', 'new'), B)],
    ['forgets Secrets once it was pulled without', known(of(A)), FOR_ALL_PODS, FOR_ALL_PODS],
    ['stays as it is with a Secret that it has', known(of(A, B)), of(A), undefined],
    ['stays as it is with a Secret once it was pulled without', known(FOR_ALL_PODS), of(A), undefined],
    ['stays as it is if the credentials are not known', known(of(A)), undefined, undefined],
  ])('%s', (_, record, credentials, merged) => {
    const after = added(record, credentials);
    expect(after?.credentials.get('web')).toEqual(merged);
    expect(after?.updatedAt).toBe(merged && NOW);
  });

  it('keeps repositories apart', () => {
    expect([...(added(known(of(A)), of(B), 'other/web')?.credentials ?? [])]).toEqual([
      ['web', of(A)],
      ['other/web', of(B)],
    ]);
  });

  it('exists even if the credentials are not known', () => {
    expect(added(undefined, undefined)?.credentials.size).toBe(0);
  });

  it('has the form of kubelet', () => {
    const text =
      '{"kind":"ImagePulledRecord","apiVersion":"kubelet.config.k8s.io/v1beta1","lastUpdatedTime":"2026-11-27T03:00:00Z","imageRef":"sha256:1",' +
      '"credentialMapping":{"constructor":{"nodePodsAccessible":true},"web":{"kubernetesSecrets":' +
      '[{"uid":"uid-a","namespace":"default","name":"a","credentialHash":"hash-a"}],"kubernetesServiceAccounts":' +
      '[{"uid":"u","namespace":"default","name":"robot"}]}}}\n';
    const record: PulledRecord = {
      updatedAt: NOW,
      imageRef: 'sha256:1',
      credentials: new Map([
        ['constructor', FOR_ALL_PODS],
        ['web', { ...ofSecret(A), serviceAccounts: [{ uid: 'u', namespace: 'default', name: 'robot' }] }],
      ]),
    };
    expect(recordText(record)).toBe(text);
    expect(parseRecord(text)).toEqual(record);
  });

  it.each([
    '',
    '[]',
    '{}',
    '{"kind":"ImagePullIntent","apiVersion":"kubelet.config.k8s.io/v1beta1","image":"web"}',
    '{"kind":"ImagePulledRecord","apiVersion":"kubelet.config.k8s.io/v1beta1","imageRef":"sha256:1"}',
    recordText(known(of(A))).replace('"credentialHash":"hash-a"', '"credentialHash":1'),
  ])('is not %j', (text) => expect(() => parseRecord(text)).toThrow());

  it('differs from the note of an intent', () => {
    expect(parseIntent('{"kind":"ImagePullIntent","apiVersion":"kubelet.config.k8s.io/v1beta1","image":"web"}')).toBe('web');
    expect(() => parseIntent(recordText(known(of(A))))).toThrow('no ImagePullIntent');
  });
});
