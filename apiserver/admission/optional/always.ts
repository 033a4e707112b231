import { forbidden } from '../admitted.ts';
import type { OptionalPlugin } from './optional-plugin.ts';

const SERVER = 'system:apiserver';

/** Admits everything: it is there so that old command lines keep their meaning (plugin/pkg/admission/admit). */
export const alwaysAdmit: OptionalPlugin = () => ({ name: 'AlwaysAdmit', admit: () => {} });

/**
 * Refuses every write, after all other mutating plugins (plugin/pkg/admission/deny). Unlike upstream's it excepts those of the server itself,
 * which could not start otherwise.
 */
export const alwaysDeny: OptionalPlugin = () => ({
  name: 'AlwaysDeny',
  place: 'allocation',
  admit(attributes) {
    if (attributes.user.name === SERVER) return;
    throw forbidden(attributes, 'admission control is denying all modifications');
  },
});
