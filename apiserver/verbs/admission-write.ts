import type { KubeObject, ObjectKey } from '../../api/meta/object.ts';
import type { AdmissionVerb } from '../contract/admission.ts';
import type { DeleteParameters } from '../request/options.ts';

/** The parts of a write that admission is told beside its objects. */
export interface AdmissionWrite {
  readonly verb: AdmissionVerb;
  readonly key: ObjectKey;
  readonly dryRun: boolean;
  /** The options of a deletion; those of other writes are read from the request. */
  readonly deletion?: DeleteParameters;
  /** Shows the object as the subresource's clients see it (a Scale); default: as it is. */
  readonly view?: ((object: KubeObject) => KubeObject) | undefined;
}
