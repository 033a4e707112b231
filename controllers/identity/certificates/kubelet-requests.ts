import type { AltName, CertificateRequest } from '../../../base/x509/certificate.ts';

type Names = Pick<CertificateRequest, 'commonName' | 'organizations' | 'altNames'>;

export const NODE_PREFIX = 'system:node:';
export const NODES = 'system:nodes';
/** The user as whom a node's proxy acts, as upstream's. */
export const PROXY_USER = 'system:kube-proxy';

const count = (altNames: readonly AltName[], type: AltName['type']): number => altNames.filter((name) => name.type === type).length;

/** Keys other than RSA ones have no use for encipherment, so that it may be left out. */
function usagesFault(usages: readonly string[], auth: 'client auth' | 'server auth'): string | undefined {
  const required = [auth, 'digital signature', 'key encipherment'].sort();
  const asked = new Set(usages);
  const covered = asked.has(auth) && asked.has('digital signature') && [...asked].every((usage) => required.includes(usage));
  return covered ? undefined : `usages did not match [${required.join(' ')}]`;
}

/**
 * Returns why a request is not one for a node's client certificate, in upstream's words (pkg/apis/certificates/helpers.go);
 * undefined if it is one.
 */
export function kubeletClientFault({ commonName, organizations, altNames }: Names, usages: readonly string[]): string | undefined {
  if (organizations.length !== 1 || organizations[0] !== NODES) return 'subject organization is not system:nodes';
  if (count(altNames, 'dns') > 0) return 'DNS subjectAltNames are not allowed';
  if (count(altNames, 'email') > 0) return 'Email subjectAltNames are not allowed';
  if (count(altNames, 'ip') > 0) return 'IP subjectAltNames are not allowed';
  if (count(altNames, 'url') > 0) return 'URI subjectAltNames are not allowed';
  if (!commonName.startsWith(NODE_PREFIX)) return 'subject common name does not begin with system:node:';
  return usagesFault(usages, 'client auth');
}

/** Returns why a request is not one for a node's serving certificate; undefined if it is one. */
export function kubeletServingFault({ commonName, organizations, altNames }: Names, usages: readonly string[]): string | undefined {
  if (organizations.length !== 1 || organizations[0] !== NODES) return 'subject organization is not system:nodes';
  if (count(altNames, 'dns') + count(altNames, 'ip') === 0) return 'DNS or IP subjectAltName is required';
  if (count(altNames, 'email') > 0) return 'Email subjectAltNames are not allowed';
  if (count(altNames, 'url') > 0) return 'URI subjectAltNames are not allowed';
  const fault = usagesFault(usages, 'server auth');
  if (fault !== undefined) return fault;
  return commonName.startsWith(NODE_PREFIX) ? undefined : 'subject common name does not begin with system:node:';
}

/** Returns why a request is not one for the client certificate of a node's proxy; undefined if it is one. */
export function proxyClientFault({ commonName, organizations, altNames }: Names, usages: readonly string[]): string | undefined {
  if (commonName !== PROXY_USER) return `subject common name is not ${PROXY_USER}`;
  if (organizations.length > 0) return 'subject organizations are not allowed';
  if (altNames.length > 0) return 'subjectAltNames are not allowed';
  return usagesFault(usages, 'client auth');
}
