import { describe, expect, it } from '@jest/globals';
import { detailsText, evaluate, reasonsText } from './evaluator.ts';
import type { LevelVersion } from './policy.ts';

const good = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [{ name: 'c', image: 'i', securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }],
};
const baseline = (version: LevelVersion['version'] = 'latest'): LevelVersion => ({ level: 'baseline', version });
const restricted = (version: LevelVersion['version'] = 'latest'): LevelVersion => ({ level: 'restricted', version });
const judged = (policy: LevelVersion, spec: object, annotations: Record<string, string> = {}) =>
  detailsText(evaluate(policy, { annotations, spec: { ...good, ...spec } }));
/** The containers `i`, which is an init container, and `c`, with these security contexts; `good` ones otherwise. */
const both = (i: object, c: object = i) => ({
  initContainers: [{ name: 'i', image: 'i', securityContext: { ...good.containers[0]?.securityContext, ...i } }],
  containers: [{ name: 'c', image: 'i', securityContext: { ...good.containers[0]?.securityContext, ...c } }],
});
const only = (securityContext: object) => ({
  containers: [{ name: 'c', image: 'i', securityContext: { ...good.containers[0]?.securityContext, ...securityContext } }],
});
const pod = (securityContext: object) => ({ securityContext: { ...good.securityContext, ...securityContext } });
const container = (fields: object) => ({ containers: [{ ...good.containers[0], ...fields }] });

describe('a policy', () => {
  it('allows everything if it is privileged, and a hardened pod if it is restricted', () => {
    expect(judged({ level: 'privileged', version: 'latest' }, only({ privileged: true }))).toBe('');
    expect(judged(restricted(), {})).toBe('');
    expect(judged(baseline(), { containers: [{ name: 'c', image: 'i' }], securityContext: {} })).toBe('');
  });

  it('takes the newest rules for versions to come', () => {
    const host = container({ livenessProbe: { httpGet: { port: 80, host: 'h' } } });
    expect(judged(baseline(99), host)).toBe(judged(baseline(), host));
    expect(judged(baseline(99), host)).not.toBe('');
  });

  it('names the reasons in the order of the checks, those of baseline first', () => {
    const violations = evaluate(restricted(), {
      annotations: {},
      spec: { hostPID: true, containers: [{ name: 'c', image: 'i', securityContext: { privileged: true } }] },
    });
    expect(reasonsText(violations)).toBe(
      'host namespaces, privileged, allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile',
    );
  });
});

describe('the checks of baseline', () => {
  it.each([
    [{ hostNetwork: true, hostIPC: true }, 'host namespaces (hostNetwork=true, hostIPC=true)'],
    [{ volumes: [{ name: 'v', hostPath: { path: '/' } }] }, 'hostPath volumes (volume "v")'],
    [
      {
        volumes: [
          { name: 'v', hostPath: { path: '/' } },
          { name: 'w', hostPath: { path: '/' } },
        ],
      },
      'hostPath volumes (volumes "v", "w")',
    ],
    [
      container({
        ports: [
          { containerPort: 1, hostPort: 80 },
          { containerPort: 2, hostPort: 443 },
        ],
      }),
      'hostPort (container "c" uses hostPorts 443, 80)',
    ],
    [both({ privileged: true }), 'privileged (containers "i", "c" must not set securityContext.privileged=true)'],
    [
      both({ capabilities: { add: ['NET_RAW'] } }, { capabilities: { add: ['SYS_ADMIN', 'CHOWN'] } }),
      'non-default capabilities (containers "i", "c" must not include "NET_RAW", "SYS_ADMIN" in securityContext.capabilities.add)',
    ],
    [only({ procMount: 'Unmasked' }), 'procMount (container "c" must not set securityContext.procMount to "Unmasked")'],
    [
      pod({
        sysctls: [
          { name: 'kernel.msgmax', value: '1' },
          { name: 'net.ipv4.tcp_rmem', value: '1' },
        ],
      }),
      'forbidden sysctls (kernel.msgmax)',
    ],
    [
      { ...pod({ appArmorProfile: { type: 'Unconfined' } }), ...only({ appArmorProfile: { type: 'Other' } }) },
      'forbidden AppArmor profiles (pod and container "c" must not set AppArmor profile type to "Other", "Unconfined")',
    ],
    [
      only({ seLinuxOptions: { type: 'spc_t', user: 'u', role: 'r' } }),
      'seLinuxOptions (container "c" set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set; role may not be set)',
    ],
    [
      only({ seccompProfile: { type: 'Unconfined' } }),
      'seccompProfile (container "c" must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      { ...pod({ windowsOptions: { hostProcess: true } }), ...only({ windowsOptions: { hostProcess: true } }) },
      'hostProcess (pod and container "c" must not set securityContext.windowsOptions.hostProcess=true)',
    ],
    [
      container({ readinessProbe: { tcpSocket: { port: 1, host: 'b' } }, lifecycle: { preStop: { httpGet: { port: 1, host: 'a' } } } }),
      'probe or lifecycle host (container "c" uses probe or lifecycle hosts "a", "b")',
    ],
  ])('forbid %j', (spec, detail) => {
    expect(judged(baseline(), spec)).toBe(detail);
  });

  it.each([
    [
      'container.apparmor.security.beta.kubernetes.io/c',
      'unconfined',
      'forbidden AppArmor profile (annotation must not set AppArmor profile type to "container.apparmor.security.beta.kubernetes.io/c="unconfined"")',
    ],
    ['container.apparmor.security.beta.kubernetes.io/c', 'localhost/x', ''],
    ['container.apparmor.security.beta.kubernetes.io/c', '', ''],
  ])('look at the annotation %s: %s', (key, value, detail) => {
    expect(judged(baseline(), {}, { [key]: value })).toBe(detail);
  });

  it('look at ephemeral containers too', () => {
    expect(judged(baseline(), { ephemeralContainers: [{ name: 'e', image: 'i', securityContext: { privileged: true } }] })).toBe(
      'privileged (container "e" must not set securityContext.privileged=true)',
    );
  });
});

describe('the checks of restricted', () => {
  it.each([
    [
      only({ allowPrivilegeEscalation: undefined }),
      'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false)',
    ],
    [
      both({ capabilities: undefined }, { capabilities: { drop: ['ALL'], add: ['CHOWN', 'NET_BIND_SERVICE'] } }),
      'unrestricted capabilities (container "i" must set securityContext.capabilities.drop=["ALL"]; container "c" must not include "CHOWN" in securityContext.capabilities.add)',
    ],
    [
      { securityContext: { seccompProfile: { type: 'Localhost' } } },
      'runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true)',
    ],
    [only({ runAsNonRoot: false }), 'runAsNonRoot != true (container "c" must not set securityContext.runAsNonRoot=false)'],
    [pod({ runAsUser: 0 }), 'runAsUser=0 (pod must not set runAsUser=0)'],
    [
      { securityContext: { runAsNonRoot: true } },
      'seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    ],
    [
      {
        volumes: [{ name: 'a', hostPath: { path: '/' } }, { name: 'b', nfs: { server: 's', path: '/' } }, { name: 'c', emptyDir: {} }, { name: 'd' }],
      },
      'restricted volume types (volumes "a", "b", "d" use restricted volume types "hostPath", "nfs", "unknown")',
    ],
  ])('forbid %j', (spec, detail) => {
    expect(judged(restricted(), spec)).toBe(detail);
  });
});

describe('versions', () => {
  const sysctl = (name: string) => pod({ sysctls: [{ name, value: '1' }] });
  const windows = { os: { name: 'windows' }, ...container({ securityContext: {} }), securityContext: { runAsNonRoot: true } };
  const ownUsers = { hostUsers: false };
  it.each([
    ['a reserved port range', baseline(26), sysctl('net.ipv4.ip_local_reserved_ports'), false],
    ['a reserved port range', baseline(27), sysctl('net.ipv4.ip_local_reserved_ports'), true],
    ['a keepalive time', baseline(28), sysctl('net.ipv4.tcp_keepalive_time'), false],
    ['a keepalive time', baseline(29), sysctl('net.ipv4.tcp_keepalive_time'), true],
    ['a receive buffer', baseline(31), sysctl('net.ipv4.tcp_rmem'), false],
    ['a receive buffer', baseline(32), sysctl('net.ipv4.tcp_rmem'), true],
    ['an engine’s SELinux type', baseline(30), only({ seLinuxOptions: { type: 'container_engine_t' } }), false],
    ['an engine’s SELinux type', baseline(31), only({ seLinuxOptions: { type: 'container_engine_t' } }), true],
    ['a probe of another host', baseline(33), container({ livenessProbe: { httpGet: { port: 1, host: 'h' } } }), true],
    ['a probe of another host', baseline(34), container({ livenessProbe: { httpGet: { port: 1, host: 'h' } } }), false],
    ['no seccomp', baseline(18), only({ seccompProfile: { type: 'Unconfined' } }), true],
    ['no seccomp', baseline(19), only({ seccompProfile: { type: 'Unconfined' } }), false],
    ['unmasked /proc with users of its own', baseline(34), { ...ownUsers, ...only({ procMount: 'Unmasked' }) }, false],
    ['unmasked /proc with users of its own', baseline(35), { ...ownUsers, ...only({ procMount: 'Unmasked' }) }, true],
    ['unmasked /proc with users of its own', restricted(35), { ...ownUsers, ...only({ procMount: 'Unmasked' }) }, false],
    ['root with users of its own', restricted(34), { ...ownUsers, ...pod({ runAsUser: 0, runAsNonRoot: false }) }, false],
    ['root with users of its own', restricted(35), { ...ownUsers, ...pod({ runAsUser: 0, runAsNonRoot: false }) }, true],
    ['escalation', restricted(7), only({ allowPrivilegeEscalation: true }), true],
    ['escalation', restricted(8), only({ allowPrivilegeEscalation: true }), false],
    ['kept capabilities', restricted(21), only({ capabilities: undefined }), true],
    ['kept capabilities', restricted(22), only({ capabilities: undefined }), false],
    ['user 0', restricted(22), pod({ runAsUser: 0 }), true],
    ['user 0', restricted(23), pod({ runAsUser: 0 }), false],
    ['no seccomp profile', restricted(18), { securityContext: { runAsNonRoot: true } }, true],
    ['no seccomp profile', restricted(19), { securityContext: { runAsNonRoot: true } }, false],
    ['a pod of Windows', restricted(24), windows, false],
    ['a pod of Windows', restricted(25), windows, true],
  ])('%s in %j', (_what, policy, spec, allowed) => {
    expect(judged(policy, spec) === '').toBe(allowed);
  });

  it('before v1.19 look at the annotations of seccomp', () => {
    const key = 'container.seccomp.security.alpha.kubernetes.io/c';
    expect(judged(baseline(18), {}, { [key]: 'unconfined' })).toBe(`seccompProfile (forbidden annotation ${key}="unconfined")`);
    expect(judged(baseline(18), {}, { [key]: 'runtime/default' })).toBe('');
    expect(judged(baseline(19), {}, { [key]: 'unconfined' })).toBe('');
  });
});
