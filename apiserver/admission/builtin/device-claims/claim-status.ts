import type { KindDefinition } from '../../../../api/definition/kind.ts';
import { isKind } from '../../../../api/definition/kind.ts';
import { resourceClaims } from '../../../../api/kinds/resource/index.ts';
import type { AdmissionVerb } from '../../../contract/admission.ts';

/** Whether a write is an update of the status of a claim. */
export const handlesStatus = (kind: KindDefinition, subresource: string, verb: AdmissionVerb): boolean =>
  isKind(kind, resourceClaims) && subresource === 'status' && verb === 'update';
