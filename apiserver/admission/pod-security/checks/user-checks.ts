import type { Check, PodCheck } from './check.ts';
import { containersText, hasOwnUsers, namesWhere, settersText } from './check.ts';

const nonRoot: PodCheck = ({ spec }) => {
  const ofPod = spec.securityContext?.runAsNonRoot;
  const explicit = namesWhere(spec, ({ securityContext }) => securityContext?.runAsNonRoot === false);
  const setters = settersText(ofPod === false, explicit);
  const reason = 'runAsNonRoot != true';
  if (setters !== '') return { reason, detail: `${setters} must not set securityContext.runAsNonRoot=false` };
  const implicit = ofPod === true ? [] : namesWhere(spec, ({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  return implicit.length === 0 ? undefined : { reason, detail: `pod or ${containersText(implicit)} must set securityContext.runAsNonRoot=true` };
};

const runAsNonRoot: Check = {
  id: 'runAsNonRoot',
  level: 'restricted',
  versions: [
    { since: 0, check: nonRoot },
    { since: 35, check: (pod) => (hasOwnUsers(pod) ? undefined : nonRoot(pod)) },
  ],
};

const notUserZero: PodCheck = ({ spec }) => {
  const names = namesWhere(spec, ({ securityContext }) => securityContext?.runAsUser === 0);
  const setters = settersText(spec.securityContext?.runAsUser === 0, names);
  return setters === '' ? undefined : { reason: 'runAsUser=0', detail: `${setters} must not set runAsUser=0` };
};

const runAsUser: Check = {
  id: 'runAsUser',
  level: 'restricted',
  versions: [
    { since: 23, check: notUserZero },
    { since: 35, check: (pod) => (hasOwnUsers(pod) ? undefined : notUserZero(pod)) },
  ],
};

export const userChecks: readonly Check[] = [runAsNonRoot, runAsUser];
