import { describe, expect, it } from '@jest/globals';
import { parseThresholds } from '../eviction/threshold.ts';
import { parseReservation } from '../node/reservation.ts';
import { plainSettings } from './agent-settings.fixture.ts';
import { kubeletConfiguration } from './kubelet-configuration.ts';

describe('the configuration that the node shows', () => {
  it("has kubelet's defaults where nothing was said", () => {
    expect(kubeletConfiguration(plainSettings())).toMatchObject({
      kind: 'KubeletConfiguration',
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      address: '0.0.0.0',
      port: 10250,
      healthzPort: 0,
      authentication: { anonymous: { enabled: false }, webhook: { enabled: true, cacheTTL: '2m0s' } },
      authorization: { mode: 'Webhook', webhook: { cacheAuthorizedTTL: '5m0s', cacheUnauthorizedTTL: '30s' } },
      nodeStatusReportFrequency: '5m0s',
      nodeLeaseDurationSeconds: 40,
      imageMinimumGCAge: '2m0s',
      imageGCHighThresholdPercent: 85,
      podPidsLimit: -1,
      resolvConf: '/etc/resolv.conf',
      evictionHard: {
        'imagefs.available': '15%',
        'imagefs.inodesFree': '5%',
        'memory.available': '100Mi',
        'nodefs.available': '10%',
        'nodefs.inodesFree': '5%',
      },
      evictionPressureTransitionPeriod: '5m0s',
      containerLogMaxSize: '10Mi',
      containerLogMaxFiles: 5,
      enforceNodeAllocatable: ['pods'],
      crashLoopBackOff: { maxContainerRestartPeriod: '5m0s' },
      shutdownGracePeriod: '0s',
    });
  });

  it('has the values that the agent was given', () => {
    const eviction = {
      thresholds: parseThresholds({
        hard: 'memory.available<7.5%',
        soft: 'nodefs.available<2Gi',
        softGracePeriod: 'nodefs.available=90s',
        minimumReclaim: 'nodefs.available=1Gi',
      }),
      pressureTransitionMs: 30_000,
      maxPodGraceSeconds: 60,
    };
    const given = {
      healthz: { host: '127.0.0.1', port: 10248 },
      staticPodDir: '/etc/pods',
      taints: [{ key: 'k', effect: 'NoSchedule' }],
      podMaxPids: 1000,
      reserved: parseReservation('cpu=200m,memory=500Mi,pid=100'),
      enforceNodeAllocatable: false,
      maxRestartDelayMs: 60_000,
      shutdown: [{ priority: 0, seconds: 20 }],
      allowedUnsafeSysctls: ['kernel.msg*'],
      eviction,
    };
    expect(kubeletConfiguration(plainSettings(given))).toMatchObject({
      healthzPort: 10248,
      healthzBindAddress: '127.0.0.1',
      staticPodPath: '/etc/pods',
      registerWithTaints: [{ key: 'k', effect: 'NoSchedule' }],
      podPidsLimit: 1000,
      systemReserved: { cpu: '200m', memory: '500Mi', pid: '100' },
      enforceNodeAllocatable: ['none'],
      crashLoopBackOff: { maxContainerRestartPeriod: '1m0s' },
      shutdownGracePeriodByPodPriority: [{ priority: 0, shutdownGracePeriodSeconds: 20 }],
      allowedUnsafeSysctls: ['kernel.msg*'],
      evictionHard: { 'memory.available': '7.5%' },
      evictionSoft: { 'nodefs.available': '2Gi' },
      evictionSoftGracePeriod: { 'nodefs.available': '1m30s' },
      evictionMinimumReclaim: { 'nodefs.available': '1Gi' },
      evictionPressureTransitionPeriod: '30s',
      evictionMaxPodGracePeriod: 60,
    });
  });

  it.each([
    [undefined, { serializeImagePulls: false }],
    [1, { serializeImagePulls: true, maxParallelImagePulls: 1 }],
    [4, { serializeImagePulls: false, maxParallelImagePulls: 4 }],
  ])('tells how many images are pulled at once: %p', (maxParallelPulls, expected) => {
    const { serializeImagePulls, maxParallelImagePulls } = kubeletConfiguration(plainSettings({ maxParallelPulls })) as Record<string, unknown>;
    expect({ serializeImagePulls, maxParallelImagePulls }).toEqual(expected);
  });

  it('leaves out what a simulated node does not do', () => {
    const shown = kubeletConfiguration(plainSettings({ simulated: true }));
    expect(shown).toMatchObject({ maxPods: 110, clusterDomain: 'cluster.local' });
    expect(shown).not.toHaveProperty('evictionHard');
  });
});
