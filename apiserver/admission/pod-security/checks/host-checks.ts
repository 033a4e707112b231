import type { LifecycleHandler, Probe } from '../../../../api/pod/container/probe.ts';
import type { AnyContainer, Check } from './check.ts';
import { containersText, distinct, namesWhere, plural, quoted } from './check.ts';

const hostNamespaces: Check = {
  id: 'hostNamespaces',
  level: 'baseline',
  versions: [
    {
      since: 0,
      check: ({ spec }) => {
        const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field]);
        return shared.length === 0 ? undefined : { reason: 'host namespaces', detail: shared.map((field) => `${field}=true`).join(', ') };
      },
    },
  ],
};

const hostPathVolumes: Check = {
  id: 'hostPathVolumes',
  level: 'baseline',
  versions: [
    {
      since: 0,
      check: ({ spec }) => {
        const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath).map(({ name }) => name);
        if (names.length === 0) return undefined;
        return { reason: 'hostPath volumes', detail: `${plural('volume', 'volumes', names.length)} ${quoted(names)}` };
      },
    },
  ],
};

const hostPorts: Check = {
  id: 'hostPorts',
  level: 'baseline',
  versions: [
    {
      since: 0,
      check: ({ spec }) => {
        const found = new Set<string>();
        const names = namesWhere(spec, ({ ports = [] }) => {
          const own = ports.filter(({ hostPort }) => hostPort);
          for (const { hostPort } of own) found.add(String(hostPort));
          return own.length > 0;
        });
        if (names.length === 0) return undefined;
        const ports = distinct(found);
        const use = plural('uses', 'use', names.length);
        return { reason: 'hostPort', detail: `${containersText(names)} ${use} ${plural('hostPort', 'hostPorts', ports.length)} ${ports.join(', ')}` };
      },
    },
  ],
};

/** Returns the hosts that the agent would connect to on behalf of a container. */
function hostsOf({ livenessProbe, readinessProbe, startupProbe, lifecycle }: AnyContainer): string[] {
  const handlers: readonly (Probe | LifecycleHandler | undefined)[] = [
    livenessProbe,
    readinessProbe,
    startupProbe,
    lifecycle?.postStart,
    lifecycle?.preStop,
  ];
  return handlers.flatMap((handler) => [handler?.httpGet?.host || [], handler?.tcpSocket?.host || []].flat());
}

const hostProbesAndHostLifecycle: Check = {
  id: 'hostProbesAndHostLifecycle',
  level: 'baseline',
  versions: [
    {
      since: 34,
      check: ({ spec }) => {
        const found = new Set<string>();
        const names = namesWhere(spec, (container) => {
          const own = hostsOf(container);
          for (const host of own) found.add(host);
          return own.length > 0;
        });
        if (names.length === 0) return undefined;
        const containers = distinct(names);
        const hosts = distinct(found);
        const use = plural('uses', 'use', containers.length);
        const what = plural('probe or lifecycle host', 'probe or lifecycle hosts', hosts.length);
        return { reason: 'probe or lifecycle host', detail: `${containersText(containers)} ${use} ${what} ${quoted(hosts)}` };
      },
    },
  ],
};

export const hostChecks: readonly Check[] = [hostNamespaces, hostPathVolumes, hostPorts, hostProbesAndHostLifecycle];
