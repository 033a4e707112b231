import type { KindDefinition } from '../../../../api/definition/kind.ts';
import { isKind } from '../../../../api/definition/kind.ts';
import type { CertificateSigningRequest } from '../../../../api/kinds/certificates/index.ts';
import { certificateSigningRequests } from '../../../../api/kinds/certificates/index.ts';
import type { KubeObject } from '../../../../api/meta/object.ts';
import type { Authorizer } from '../../../contract/authorizer.ts';
import type { UserInfo } from '../../../contract/request.ts';

/** Returns whether a user may `approve`, `sign` or `attest` for a signer, by its name or as one of its domain (`kubernetes.io/*`). */
export async function isAllowedForSigner(authorizer: Authorizer, user: UserInfo, verb: string, signerName: string): Promise<boolean> {
  const allows = async (name: string) => {
    const attributes = {
      user,
      verb,
      isResource: true,
      group: 'certificates.k8s.io',
      version: '*',
      resource: 'signers',
      subresource: '',
      namespace: '',
    };
    return (await authorizer.authorize({ ...attributes, name, path: '' })).verdict === 'allow';
  };
  return (await allows(signerName)) || (await allows(`${signerName.split('/')[0]}/*`));
}

/** Whether a kind is that of certificate signing requests. */
export const isRequests = (kind: KindDefinition): boolean => isKind(kind, certificateSigningRequests);

/** The object of a plugin that handles certificate signing requests alone. */
export const asRequest = (object: KubeObject | undefined): CertificateSigningRequest | undefined => object as CertificateSigningRequest | undefined;
