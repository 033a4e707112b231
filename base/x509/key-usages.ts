/** Bits of the extension keyUsage (RFC 5280, 4.2.1.3), as certificate signing requests name them. */
const KEY_USAGES: ReadonlyMap<string, number> = new Map([
  ['signing', 1],
  ['digital signature', 1],
  ['content commitment', 2],
  ['key encipherment', 4],
  ['data encipherment', 8],
  ['key agreement', 16],
  ['cert sign', 32],
  ['crl sign', 64],
  ['encipher only', 128],
  ['decipher only', 256],
]);

/** Object identifiers of the extension extKeyUsage. */
const EXTENDED_USAGES: ReadonlyMap<string, string> = new Map([
  ['any', '2.5.29.37.0'],
  ['server auth', '1.3.6.1.5.5.7.3.1'],
  ['client auth', '1.3.6.1.5.5.7.3.2'],
  ['code signing', '1.3.6.1.5.5.7.3.3'],
  ['email protection', '1.3.6.1.5.5.7.3.4'],
  ['s/mime', '1.3.6.1.5.5.7.3.4'],
  ['ipsec end system', '1.3.6.1.5.5.7.3.5'],
  ['ipsec tunnel', '1.3.6.1.5.5.7.3.6'],
  ['ipsec user', '1.3.6.1.5.5.7.3.7'],
  ['timestamping', '1.3.6.1.5.5.7.3.8'],
  ['ocsp signing', '1.3.6.1.5.5.7.3.9'],
  ['microsoft sgc', '1.3.6.1.4.1.311.10.3.3'],
  ['netscape sgc', '2.16.840.1.113730.4.1'],
]);

export interface CertificateUsages {
  /** Bits, as @peculiar/x509 numbers them. */
  readonly keyUsage: number;
  readonly extended: readonly string[];
}

/**
 * Translates usages (k8s.io/api/certificates/v1, KeyUsage) into the extensions of a certificate, in a fixed order and without repeats.
 * @throws Error that lists the unknown ones.
 */
export function certificateUsages(usages: readonly string[]): CertificateUsages {
  const unknown = usages.filter((usage) => !KEY_USAGES.has(usage) && !EXTENDED_USAGES.has(usage));
  if (unknown.length > 0) throw new Error(`unrecognized usage values: [${unknown.map((usage) => JSON.stringify(usage)).join(' ')}]`);
  const keyUsage = usages.reduce((bits, usage) => bits | (KEY_USAGES.get(usage) ?? 0), 0);
  const wanted = new Set(usages.map((usage) => EXTENDED_USAGES.get(usage)));
  return { keyUsage, extended: [...new Set(EXTENDED_USAGES.values())].filter((oid) => wanted.has(oid)) };
}
