import { ageColumn, nameColumn, shown } from '../../../columns/cells.ts';
import type { Column } from '../../../columns/column.ts';
import { humanDuration } from '../../../columns/human-duration.ts';
import type { CertificateSigningRequest } from './schema.ts';

/** Returns the decision as upstream prints it: `Approved,Issued`. A denial is shown before an approval. */
export function conditionText({ status }: CertificateSigningRequest): string {
  const has = (type: string) => status?.conditions?.some((condition) => condition.type === type) === true;
  const words = [has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'];
  if (has('Failed')) words.push('Failed');
  if (status?.certificate) words.push('Issued');
  return words.join(',');
}

export const certificateSigningRequestColumns: readonly Column<CertificateSigningRequest>[] = [
  nameColumn,
  ageColumn,
  shown('SignerName', 'The signer that is asked.', ({ spec }) => spec.signerName),
  shown('Requestor', 'The user who created the request.', ({ spec }) => spec.username ?? ''),
  shown('RequestedDuration', 'The life that is asked for.', ({ spec }) =>
    spec.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000),
  ),
  shown('Condition', 'What became of the request.', conditionText),
];
