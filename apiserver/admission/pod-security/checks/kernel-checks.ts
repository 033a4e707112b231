import type { Check, PodCheck } from './check.ts';
import { containersText, distinct, hasOwnUsers, namesWhere, quoted } from './check.ts';

const maskedProc: PodCheck = ({ spec }) => {
  const types = new Set<string>();
  const names = namesWhere(spec, ({ securityContext }) => {
    const type = securityContext?.procMount;
    if (type === undefined || type === 'Default') return false;
    types.add(type);
    return true;
  });
  if (names.length === 0) return undefined;
  return { reason: 'procMount', detail: `${containersText(names)} must not set securityContext.procMount to ${quoted(distinct(types))}` };
};

const procMountBaseline: Check = {
  id: 'procMount',
  level: 'baseline',
  versions: [
    { since: 0, check: maskedProc },
    { since: 35, check: (pod) => (hasOwnUsers(pod) ? undefined : maskedProc(pod)) },
  ],
};

/** Baseline is relaxed for pods with users of their own; restricted is not. */
const procMountRestricted: Check = {
  id: 'procMount_restricted',
  level: 'restricted',
  overrides: 'procMount',
  versions: [{ since: 35, check: maskedProc }],
};

const SYSCTLS: readonly { readonly since: number; readonly added: readonly string[] }[] = [
  {
    since: 0,
    added: [
      'kernel.shm_rmid_forced',
      'net.ipv4.ip_local_port_range',
      'net.ipv4.tcp_syncookies',
      'net.ipv4.ping_group_range',
      'net.ipv4.ip_unprivileged_port_start',
    ],
  },
  { since: 27, added: ['net.ipv4.ip_local_reserved_ports'] },
  {
    since: 29,
    added: ['net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes'],
  },
  { since: 32, added: ['net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'] },
];

const onlySysctls =
  (allowed: ReadonlySet<string>): PodCheck =>
  ({ spec }) => {
    const names = (spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !allowed.has(name));
    return names.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: names.join(', ') };
  };

const sysctls: Check = {
  id: 'sysctls',
  level: 'baseline',
  versions: SYSCTLS.map(({ since }, i) => ({ since, check: onlySysctls(new Set(SYSCTLS.slice(0, i + 1).flatMap(({ added }) => added))) })),
};

export const kernelChecks: readonly Check[] = [procMountBaseline, procMountRestricted, sysctls];
