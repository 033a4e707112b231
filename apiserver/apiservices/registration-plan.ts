import type { APIService } from '../../api/kinds/apiregistration/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { semanticEqual } from '../../base/equality.ts';
import { MANAGED_ALWAYS, MANAGED_LABEL, MANAGED_ON_START } from './desired-services.ts';

export interface RegistrationState {
  readonly desired: APIService | undefined;
  readonly current: Live<APIService> | undefined;
  /** The controller has looked at this name before, and succeeded. */
  readonly hasSynced: boolean;
  /** An APIService of this name was there when the controller started. */
  readonly wasThereAtStart: boolean;
}

export type RegistrationAction =
  | { readonly type: 'none' }
  | { readonly type: 'create'; readonly apiService: APIService }
  | { readonly type: 'update'; readonly apiService: Live<APIService> }
  | { readonly type: 'delete'; readonly uid: string };

const NONE: RegistrationAction = { type: 'none' };
const managementOf = (apiService: APIService | undefined): string | undefined => apiService?.metadata?.labels?.[MANAGED_LABEL];

/**
 * Decides what becomes of an APIService that the server manages, by upstream's table (autoregister_controller.go, checkAPIService): those of
 * the server's own versions are looked at once per start, those of custom resources always. One without the label belongs to its user.
 */
export function planRegistration({ desired, current, hasSynced, wasThereAtStart }: RegistrationState): RegistrationAction {
  if (managementOf(desired) === MANAGED_ON_START && hasSynced) return NONE;
  if (!current) return desired ? { type: 'create', apiService: desired } : NONE;
  const management = managementOf(current);
  if (management === MANAGED_ON_START) {
    if (!wasThereAtStart || hasSynced) return NONE;
  } else if (management !== MANAGED_ALWAYS) return NONE;
  if (!desired) return { type: 'delete', uid: current.metadata.uid };
  return semanticEqual(current.spec, desired.spec) ? NONE : { type: 'update', apiService: { ...current, spec: desired.spec } };
}
