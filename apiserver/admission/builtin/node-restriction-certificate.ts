import { parseEncodedRequest } from '../../../base/x509/certificate-request.ts';
import type { AdmissionAttributes } from '../../contract/admission.ts';
import { forbidden } from '../admitted.ts';

const NODE_SIGNERS: readonly string[] = ['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet'];

/** The parts of a CertificateSigningRequest that the rule reads. */
interface Requested {
  readonly signerName?: string;
  /** Base64 of the PEM text. */
  readonly request?: string;
}

/** A node asks for certificates in its own name only, from the signers of nodes. */
export async function checkNodeCertificate(node: string, attributes: AdmissionAttributes): Promise<void> {
  const { verb, subresource, object } = attributes;
  if (verb !== 'create' || subresource !== '' || !object || !('spec' in object)) return;
  const { signerName = '', request = '' } = (object.spec ?? {}) as Requested;
  if (!NODE_SIGNERS.includes(signerName)) return;
  const name = await commonName(attributes, request);
  if (name !== `system:node:${node}`) throw forbidden(attributes, `can only create a node CSR with CN=system:node:${node}`);
}

async function commonName(attributes: AdmissionAttributes, request: string): Promise<string> {
  try {
    return (await parseEncodedRequest(request)).commonName;
  } catch (error) {
    throw forbidden(attributes, `unable to parse csr: ${error instanceof Error ? error.message : String(error)}`);
  }
}
