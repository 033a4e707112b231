import type { CertificateSigningRequest } from '../../../api/kinds/certificates/index.ts';
import type { SubjectAltNames } from '../../../base/x509/certificate.ts';
import { createCertificateRequest, createPrivateKeyText } from '../../../base/x509/certificate-request.ts';

export interface Asked {
  readonly name: string;
  readonly node: string;
  readonly user: string;
  readonly groups?: readonly string[];
  readonly serving?: SubjectAltNames;
  readonly key?: string;
}

/** A request for a node's certificate as an agent makes it. */
export async function nodeRequest({ name, node, user, groups = ['system:nodes'], serving, key }: Asked): Promise<CertificateSigningRequest> {
  const subject = { commonName: `system:node:${node}`, organizations: ['system:nodes'] };
  const pem = await createCertificateRequest(key ?? (await createPrivateKeyText()), subject, serving);
  return {
    metadata: { name },
    spec: {
      request: Buffer.from(pem).toString('base64'),
      signerName: serving ? 'kubernetes.io/kubelet-serving' : 'kubernetes.io/kube-apiserver-client-kubelet',
      usages: ['digital signature', serving ? 'server auth' : 'client auth'],
      username: user,
      groups: [...groups],
    },
  };
}
