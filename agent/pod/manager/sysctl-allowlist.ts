type Namespace = 'IPC' | 'Net';

/** The sysctls that a pod cannot harm others with (pkg/kubelet/sysctl/safe_sysctls.go, of kernels from 4.15 on). */
const SAFE = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
];

/** Returns the namespace that a sysctl belongs to; undefined for one that is not known to be namespaced: it would be the whole node's. */
function namespaceOf(name: string): Namespace | undefined {
  if (name === 'kernel.sem' || ['kernel.shm', 'kernel.msg', 'fs.mqueue.'].some((prefix) => name.startsWith(prefix))) return 'IPC';
  return name.startsWith('net.') ? 'Net' : undefined;
}

/** Returns the name with dots between its parts; `a/b.c` is written so where a part holds a dot. */
function normalized(name: string): string {
  const separator = /[./]/.exec(name)?.[0];
  return separator === '/' ? name.replace(/[./]/g, (mark) => (mark === '/' ? '.' : '/')) : name;
}

/** The sysctls that pods may set, each in the pod's own namespaces only. */
export interface SysctlAllowlist {
  /** Returns the fault of a sysctl in the words of kubelet; undefined if the pod may set it. */
  fault(name: string, host: { readonly network: boolean; readonly ipc: boolean }): string | undefined;
}

/**
 * Makes the list of the safe sysctls and of `unsafe`, names or patterns that end in `*`.
 * @throws Error for one that is not known to be namespaced.
 */
export function sysctlAllowlist(unsafe: readonly string[] = []): SysctlAllowlist {
  const names = new Set(SAFE);
  const prefixes: string[] = [];
  for (const pattern of unsafe.map(normalized)) {
    const name = pattern.endsWith('*') ? pattern.slice(0, -1) : pattern;
    if (namespaceOf(name) === undefined)
      throw new Error(`--allowed-unsafe-sysctls: the sysctls ${JSON.stringify(pattern)} are not known to be namespaced`);
    if (pattern.endsWith('*')) prefixes.push(name);
    else names.add(name);
  }
  return {
    fault(given, { network, ipc }) {
      const name = normalized(given);
      if (!names.has(name) && !prefixes.some((prefix) => name.startsWith(prefix))) return `${JSON.stringify(name)} not allowlisted`;
      const namespace = namespaceOf(name);
      const onHost = namespace === 'Net' ? network : ipc;
      return onHost ? `${JSON.stringify(name)} not allowed with host ${namespace} enabled` : undefined;
    },
  };
}
