import { certificatesOf } from '../../../apiserver/authn/certificate-chain.ts';
import { pathSchema } from './option-schemas.ts';
import { parsedFile } from './text-files.ts';

/** The option of `skiff server` for its calls to node agents, under upstream's name. */
export const kubeletOptions = {
  'kubelet-certificate-authority': {
    schema: pathSchema,
    help: "the authority of node agents' certificates, such as DATA_DIR/pki/ca.crt (default: they are not checked)",
    value: 'FILE',
  },
};

/** Reads the authority that the option names; undefined if it is left out. @throws UsageError naming the option and the remedy. */
export async function kubeletAuthority(flags: { readonly 'kubelet-certificate-authority'?: string | undefined }): Promise<string | undefined> {
  const file = flags['kubelet-certificate-authority'];
  if (file === undefined) return undefined;
  return parsedFile('kubelet-certificate-authority', file, (pem) => {
    certificatesOf(pem, 'the file');
    return pem;
  });
}
