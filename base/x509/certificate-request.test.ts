import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { KeyPair } from './certificate.ts';
import { createCertificateAuthority, issueClientCertificate, signCertificate } from './certificate-authority.ts';
import { createCertificateRequest, createPrivateKeyText, parseCertificateRequest } from './certificate-request.ts';
import { certificateUsages } from './key-usages.ts';
import { renewalTime } from './renewal.ts';

const NOW = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;

describe('a certificate request', () => {
  let ca: KeyPair;
  let key: string;
  let request: string;

  beforeAll(async () => {
    ca = await createCertificateAuthority('test', { now: NOW, lifeMs: 30 * DAY });
    key = await createPrivateKeyText();
    request = await createCertificateRequest(
      key,
      { commonName: 'n', organizations: ['a', 'b'] },
      { names: ['n.example'], ips: ['192.0.2.1', '2001:db8::1'] },
    );
  });

  it('says who asks, and for which names', async () => {
    const { commonName, organizations, altNames, signatureFault } = await parseCertificateRequest(request);
    expect({ commonName, organizations }).toEqual({ commonName: 'n', organizations: ['a', 'b'] });
    expect(altNames.map(({ type, value }) => `${type} ${value}`)).toEqual(['dns n.example', 'ip 192.0.2.1', 'ip 2001:db8::1']);
    expect(signatureFault).toBeUndefined();
  });

  it('is not believed if its signature is of another key', async () => {
    const other = await createCertificateRequest(
      await createPrivateKeyText(),
      { commonName: 'm', organizations: ['a', 'b'] },
      { names: ['n.example'], ips: ['192.0.2.1', '2001:db8::1'] },
    );
    const bytes = (pem: string) => Buffer.from(pem.replace(/-----.*-----|\s/g, ''), 'base64');
    const forged = Buffer.concat([bytes(other).subarray(0, 60), bytes(request).subarray(60)]);
    const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${forged.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
    const fault = await parseCertificateRequest(pem).then(({ signatureFault }) => signatureFault, String);
    expect(fault).toMatch(/ECDSA verification failure|malformed/);
  });

  it.each([['text'], ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----']])('is none: %s', async (text) => {
    await expect(parseCertificateRequest(text)).rejects.toThrow('PEM block type must be CERTIFICATE REQUEST');
  });

  it('is none if its bytes are not', async () => {
    const pem = '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----';
    await expect(parseCertificateRequest(pem)).rejects.toThrow('malformed certificate request');
  });

  it('becomes a certificate with its subject, key and names, which ends with its authority at the latest', async () => {
    const { subject, publicKey, altNames } = await parseCertificateRequest(request);
    const template = { subject, publicKey, altNames, usages: ['digital signature', 'server auth'], notBefore: NOW, notAfter: NOW + 365 * DAY };
    const certificate = new X509Certificate(await signCertificate(ca, template));
    expect(certificate.subject.split('\n').sort()).toEqual(['CN=n', 'O=a', 'O=b']);
    expect(certificate.subjectAltName).toBe('DNS:n.example, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1');
    expect(certificate.checkPrivateKey((await import('node:crypto')).createPrivateKey(key))).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(certificate.validToDate.getTime()).toBe(NOW + 30 * DAY);
  });

  it('is due for renewal between 70 and 90 % of its life', async () => {
    const { certificate } = await issueClientCertificate(ca, { commonName: 'n' }, { now: NOW, lifeMs: 10 * DAY });
    const start = NOW - 60_000;
    const life = 10 * DAY + 60_000;
    expect([0, 0.5, 1].map((chance) => Math.round((1000 * (renewalTime(certificate, chance) - start)) / life))).toEqual([700, 800, 900]);
  });

  it('names usages that exist', () => {
    expect(certificateUsages(['server auth', 'client auth', 'server auth', 'signing'])).toEqual({
      keyUsage: 1,
      extended: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
    });
    expect(() => certificateUsages(['client auth', 'flying'])).toThrow('unrecognized usage values: ["flying"]');
  });
});
