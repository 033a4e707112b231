import { describe, expect, it } from '@jest/globals';
import type { AltName } from '../../../base/x509/certificate.ts';
import { signerFault, validity } from '../certificate-signing/plan.ts';
import { kubeletClientFault, kubeletServingFault } from './kubelet-requests.ts';

const CLIENT = ['client auth', 'digital signature'];
const SERVER = ['server auth', 'digital signature', 'key encipherment'];
const asked = (altNames: AltName[] = [], commonName = 'system:node:n', organizations = ['system:nodes']) => ({ commonName, organizations, altNames });
const dns: AltName = { type: 'dns', value: 'n' };
const ip: AltName = { type: 'ip', value: '192.0.2.1' };
const email: AltName = { type: 'email', value: 'a@b' };
const url: AltName = { type: 'url', value: 'https://a' };

describe('a request for a node’s client certificate', () => {
  it.each<[ReturnType<typeof asked>, string[], string | undefined]>([
    [asked(), CLIENT, undefined],
    [asked(), [...CLIENT, 'key encipherment'], undefined],
    [asked([], 'system:node:n', []), CLIENT, 'subject organization is not system:nodes'],
    [asked([], 'system:node:n', ['system:nodes', 'system:masters']), CLIENT, 'subject organization is not system:nodes'],
    [asked([dns]), CLIENT, 'DNS subjectAltNames are not allowed'],
    [asked([email]), CLIENT, 'Email subjectAltNames are not allowed'],
    [asked([ip]), CLIENT, 'IP subjectAltNames are not allowed'],
    [asked([url]), CLIENT, 'URI subjectAltNames are not allowed'],
    [asked([], 'kubernetes-admin'), CLIENT, 'subject common name does not begin with system:node:'],
    [asked(), ['client auth'], 'usages did not match [client auth digital signature key encipherment]'],
    [asked(), [...CLIENT, 'server auth'], 'usages did not match [client auth digital signature key encipherment]'],
  ])('%j with %j: %s', (request, usages, fault) => {
    expect(kubeletClientFault(request, usages)).toBe(fault);
  });
});

describe('a request for a node’s serving certificate', () => {
  it.each<[ReturnType<typeof asked>, string[], string | undefined]>([
    [asked([dns, ip]), SERVER, undefined],
    [asked([ip]), ['server auth', 'digital signature'], undefined],
    [asked([]), SERVER, 'DNS or IP subjectAltName is required'],
    [asked([dns, email]), SERVER, 'Email subjectAltNames are not allowed'],
    [asked([dns, url]), SERVER, 'URI subjectAltNames are not allowed'],
    [asked([dns], 'n'), SERVER, 'subject common name does not begin with system:node:'],
    [asked([dns], 'system:node:n', ['x']), SERVER, 'subject organization is not system:nodes'],
    [asked([dns]), CLIENT, 'usages did not match [digital signature key encipherment server auth]'],
  ])('%j with %j: %s', (request, usages, fault) => {
    expect(kubeletServingFault(request, usages)).toBe(fault);
  });
});

describe('a signer', () => {
  it.each([
    ['kubernetes.io/kube-apiserver-client', ['client auth'], undefined],
    ['kubernetes.io/kube-apiserver-client', ['digital signature'], 'missing required usage for client certificate: client auth'],
    ['kubernetes.io/kube-apiserver-client', ['client auth', 'server auth'], 'invalid usage for client certificate: server auth'],
    ['kubernetes.io/legacy-unknown', ['any'], undefined],
    ['kubernetes.io/kubelet-serving', CLIENT, 'DNS or IP subjectAltName is required'],
  ])('%s with %j: %s', (signer, usages, fault) => {
    expect(signerFault(signer, asked(), usages)).toBe(fault);
  });

  const MINUTE = 60_000;
  const YEAR = 365 * 24 * 60 * MINUTE;
  it.each([
    [undefined, YEAR, -5 * MINUTE, YEAR - 5 * MINUTE],
    [3600, YEAR, -5 * MINUTE, 60 * MINUTE],
    [60, YEAR, -5 * MINUTE, 10 * MINUTE],
    [2 ** 31 - 1, YEAR, -5 * MINUTE, YEAR - 5 * MINUTE],
    [9 * 3600, YEAR, -5 * MINUTE, 9 * 60 * MINUTE - 5 * MINUTE],
  ])('grants for %p s of at most %d ms: from %d to %d', (seconds, max, notBefore, notAfter) => {
    expect(validity(seconds, max, 0)).toEqual({ notBefore, notAfter });
  });
});
