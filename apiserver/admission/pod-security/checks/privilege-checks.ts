import type { Check, PodCheck } from './check.ts';
import { containersText, distinct, isWindows, namesWhere, quoted, settersText } from './check.ts';

const privileged: Check = {
  id: 'privileged',
  level: 'baseline',
  versions: [
    {
      since: 0,
      check: ({ spec }) => {
        const names = namesWhere(spec, ({ securityContext }) => securityContext?.privileged === true);
        if (names.length === 0) return undefined;
        return { reason: 'privileged', detail: `${containersText(names)} must not set securityContext.privileged=true` };
      },
    },
  ],
};

const windowsHostProcess: Check = {
  id: 'windowsHostProcess',
  level: 'baseline',
  versions: [
    {
      since: 0,
      check: ({ spec }) => {
        const names = namesWhere(spec, ({ securityContext }) => securityContext?.windowsOptions?.hostProcess === true);
        const setters = settersText(spec.securityContext?.windowsOptions?.hostProcess === true, names);
        if (setters === '') return undefined;
        return { reason: 'hostProcess', detail: `${setters} must not set securityContext.windowsOptions.hostProcess=true` };
      },
    },
  ],
};

const withoutEscalation: PodCheck = ({ spec }) => {
  const names = namesWhere(spec, ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  if (names.length === 0) return undefined;
  return { reason: 'allowPrivilegeEscalation != false', detail: `${containersText(names)} must set securityContext.allowPrivilegeEscalation=false` };
};

const allowPrivilegeEscalation: Check = {
  id: 'allowPrivilegeEscalation',
  level: 'restricted',
  versions: [
    { since: 8, check: withoutEscalation },
    { since: 25, check: (pod) => (isWindows(pod) ? undefined : withoutEscalation(pod)) },
  ],
};

/** The capabilities that a runtime gives by default, but for NET_RAW. */
const DEFAULT_CAPABILITIES: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

/** Returns which containers add capabilities that may not be added, as a sentence; undefined if none does. */
function addedText(spec: Parameters<PodCheck>[0]['spec'], isAllowed: (capability: string) => boolean): string | undefined {
  const found = new Set<string>();
  const names = namesWhere(spec, ({ securityContext }) => {
    const own = (securityContext?.capabilities?.add ?? []).filter((capability) => !isAllowed(capability));
    for (const capability of own) found.add(capability);
    return own.length > 0;
  });
  return names.length === 0 ? undefined : `${containersText(names)} must not include ${quoted(distinct(found))} in securityContext.capabilities.add`;
}

const capabilitiesBaseline: Check = {
  id: 'capabilities_baseline',
  level: 'baseline',
  versions: [
    {
      since: 0,
      check: ({ spec }) => {
        const detail = addedText(spec, (capability) => DEFAULT_CAPABILITIES.has(capability));
        return detail === undefined ? undefined : { reason: 'non-default capabilities', detail };
      },
    },
  ],
};

const dropsAll: PodCheck = ({ spec }) => {
  const keepers = namesWhere(spec, ({ securityContext }) => !securityContext?.capabilities?.drop?.includes('ALL'));
  const details = [
    keepers.length === 0 ? undefined : `${containersText(keepers)} must set securityContext.capabilities.drop=["ALL"]`,
    addedText(spec, (capability) => capability === 'NET_BIND_SERVICE'),
  ].filter((detail) => detail !== undefined);
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
};

const capabilitiesRestricted: Check = {
  id: 'capabilities_restricted',
  level: 'restricted',
  overrides: 'capabilities_baseline',
  versions: [
    { since: 22, check: dropsAll },
    { since: 25, check: (pod) => (isWindows(pod) ? undefined : dropsAll(pod)) },
  ],
};

export const privilegeChecks: readonly Check[] = [
  privileged,
  windowsHostProcess,
  allowPrivilegeEscalation,
  capabilitiesBaseline,
  capabilitiesRestricted,
];
