import type { AdmissionContext, KindAdmission, KindDefinition } from '../../../api/definition/kind.ts';
import { isKind } from '../../../api/definition/kind.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../../contract/admission.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import { forbidden } from '../admitted.ts';

/** Makes plugins of the rules that kinds bring with their definitions. */
export const kindRules = (kinds: readonly KindDefinition[], objects: StorageAccess): readonly AdmissionPlugin[] =>
  kinds.flatMap(({ admission = [] }) => admission.map((rule) => pluginOf(rule, objects)));

function pluginOf(rule: KindAdmission, objects: StorageAccess): AdmissionPlugin {
  const { admit, validate } = rule;
  const run = (step: NonNullable<typeof admit>) => (attributes: AdmissionAttributes) => {
    const { verb, object, old } = attributes;
    const subject = object ?? old;
    if (subject && verb !== 'connect') return step.call(rule, subject, old, contextOf(attributes, verb, objects));
  };
  return {
    name: rule.name,
    handles: (kind, subresource, verb) => subresource === '' && verb !== 'connect' && isKind(kind, rule.of) && rule.verbs.includes(verb),
    ...(admit ? { admit: run(admit) } : {}),
    ...(validate ? { validate: run(validate) } : {}),
  };
}

const contextOf = (attributes: AdmissionAttributes, verb: AdmissionContext['verb'], objects: StorageAccess): AdmissionContext => ({
  key: attributes.key,
  verb,
  dryRun: attributes.dryRun,
  get: objects.get,
  list: objects.list,
  forbidden: (why) => forbidden(attributes, why),
});
