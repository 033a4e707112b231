import { describe, expect, it } from '@jest/globals';
import { aContainer, aPod } from '../../contract/pods.fixture.ts';
import { refuseUnsupported } from './security-admission.ts';
import { sysctlAllowlist } from './sysctl-allowlist.ts';

const NOTHING = { supplementalGroupsPolicy: false, recursiveReadOnlyMounts: false, userNamespaces: false, appArmor: false, declaredFeatures: [] };
const EVERYTHING = { supplementalGroupsPolicy: true, recursiveReadOnlyMounts: true, userNamespaces: true, appArmor: true, declaredFeatures: [] };
const safe = sysctlAllowlist();
const sysctls = (...names: string[]) => ({ securityContext: { sysctls: names.map((name) => ({ name, value: '1' })) } });
const refused = (spec: object, labels: Record<string, string> = {}) => refuseUnsupported(aPod(spec, { labels }), NOTHING, safe);

describe('a node refuses', () => {
  it.each([
    [{ os: { name: 'windows' } }, 'PodOSNotSupported', "Failed to admit pod as the OS field doesn't match node OS"],
    [
      { securityContext: { supplementalGroupsPolicy: 'Strict' } },
      'SupplementalGroupsPolicyNotSupported',
      'SupplementalGroupsPolicy=Strict is not supported in this node',
    ],
    [
      { securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } },
      'AppArmor',
      'Cannot enforce AppArmor: AppArmor is not enabled on the host',
    ],
    [
      { containers: [aContainer('c', { securityContext: { appArmorProfile: { type: 'Localhost', localhostProfile: 'x' } } })] },
      'AppArmor',
      'Cannot enforce AppArmor: AppArmor is not enabled on the host',
    ],
    [sysctls('kernel.msgmax'), 'SysctlForbidden', 'forbidden sysctl: "kernel.msgmax" not allowlisted'],
    [sysctls('net.ipv4.tcp_rmem', 'kernel/msgmax'), 'SysctlForbidden', 'forbidden sysctl: "kernel.msgmax" not allowlisted'],
    [
      { hostNetwork: true, ...sysctls('net.ipv4.tcp_syncookies') },
      'SysctlForbidden',
      'forbidden sysctl: "net.ipv4.tcp_syncookies" not allowed with host Net enabled',
    ],
    [
      { hostIPC: true, ...sysctls('kernel.shm_rmid_forced') },
      'SysctlForbidden',
      'forbidden sysctl: "kernel.shm_rmid_forced" not allowed with host IPC enabled',
    ],
  ])('%j: %s', (spec, reason, message) => {
    expect(refused(spec)).toEqual({ reason, message });
  });

  it('a pod that is labelled for another operating system', () => {
    expect(refused({}, { 'kubernetes.io/os': 'windows' })?.reason).toBe('PodOSSelectorNodeLabelDoesNotMatch');
    expect(refused({}, { 'kubernetes.io/os': 'linux' })).toBeUndefined();
  });

  it.each([
    [{}],
    [{ os: { name: 'linux' } }],
    [{ securityContext: { supplementalGroupsPolicy: 'Merge', appArmorProfile: { type: 'Unconfined' } } }],
    [
      {
        securityContext: { appArmorProfile: { type: 'RuntimeDefault' } },
        containers: [aContainer('c', { securityContext: { appArmorProfile: { type: 'Unconfined' } } })],
      },
    ],
    [sysctls('net.ipv4.tcp_rmem', 'kernel.shm_rmid_forced')],
    [{ hostIPC: true, ...sysctls('net.ipv4.tcp_rmem') }],
  ])('not %j', (spec) => {
    expect(refused(spec)).toBeUndefined();
  });

  it('nothing that it can do', () => {
    const spec = { securityContext: { supplementalGroupsPolicy: 'Strict', appArmorProfile: { type: 'RuntimeDefault' } } };
    expect(refuseUnsupported(aPod(spec), EVERYTHING, safe)).toBeUndefined();
  });
});

describe('the list of allowed sysctls', () => {
  const host = { network: false, ipc: false };
  it('takes names and patterns of namespaced ones', () => {
    const list = sysctlAllowlist(['kernel.msg*', 'net.core.somaxconn', 'net/ipv4/conf/eth0.1/*']);
    expect(list.fault('kernel.msgmax', host)).toBeUndefined();
    expect(list.fault('net.core.somaxconn', host)).toBeUndefined();
    expect(list.fault('net/ipv4/conf/eth0.1/arp_filter', host)).toBeUndefined();
    expect(list.fault('net.core.other', host)).toBe('"net.core.other" not allowlisted');
    expect(list.fault('kernel.msgmax', { network: true, ipc: true })).toBe('"kernel.msgmax" not allowed with host IPC enabled');
  });

  it.each(['kernel.pid_max', 'vm.*', '*', 'fs.file-max'])('does not take %s, which is the whole node’s', (name) => {
    expect(() => sysctlAllowlist([name])).toThrow('are not known to be namespaced');
  });
});
