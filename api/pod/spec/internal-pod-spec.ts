import type { InternalOrders } from '../../schema/internal-form.ts';
import { internalStructure } from '../../schema/internal-form.ts';
import { structuralOf } from '../../schema/structural.ts';
import { PodSecurityContext } from '../security/security-context.ts';
import { PodSpec } from './pod-spec.ts';

const names = (text: string): readonly string[] => text.split(/\s+/);

/** Fields of the types of pkg/apis/core in the order in which Go has them. */
const ORDERS: InternalOrders = new Map([
  [
    'PodSpec',
    names(`volumes initContainers containers ephemeralContainers restartPolicy terminationGracePeriodSeconds activeDeadlineSeconds dnsPolicy
      nodeSelector serviceAccountName automountServiceAccountToken nodeName securityContext imagePullSecrets hostname subdomain
      setHostnameAsFQDN affinity schedulerName tolerations hostAliases priorityClassName priority preemptionPolicy dnsConfig readinessGates
      runtimeClassName overhead enableServiceLinks topologySpreadConstraints os schedulingGates resourceClaims resources hostnameOverride
      schedulingGroup`),
  ],
  [
    'PodSecurityContext',
    names(`seLinuxOptions windowsOptions runAsUser runAsGroup runAsNonRoot supplementalGroups supplementalGroupsPolicy fsGroup
      fsGroupChangePolicy sysctls seccompProfile appArmorProfile seLinuxChangePolicy`),
  ],
  [
    'Container',
    names(`name image command args workingDir ports envFrom env resources resizePolicy restartPolicy restartPolicyRules volumeMounts
      volumeDevices livenessProbe readinessProbe startupProbe lifecycle terminationMessagePath terminationMessagePolicy imagePullPolicy
      securityContext stdin stdinOnce tty`),
  ],
  ['VolumeMount', names('name readOnly recursiveReadOnly mountPath subPath mountPropagation subPathExpr')],
  [
    'Volume',
    names(`name hostPath emptyDir gcePersistentDisk awsElasticBlockStore gitRepo secret nfs iscsi glusterfs persistentVolumeClaim rbd quobyte
      flexVolume cinder cephfs flocker downwardAPI fc azureFile configMap vsphereVolume azureDisk photonPersistentDisk projected
      portworxVolume scaleIO storageos csi ephemeral image`),
  ],
]);

/** Returns the spec of a pod as errors of upstream show it as a whole: in the form of Go's internal type. */
export function internalPodSpec(spec: PodSpec | undefined): Readonly<Record<string, unknown>> {
  const shown = internalStructure(spec, structuralOf(PodSpec), ORDERS);
  // Settings about the host stand in the internal security context.
  const ofHost = {
    HostNetwork: spec?.hostNetwork ?? false,
    HostPID: spec?.hostPID ?? false,
    HostIPC: spec?.hostIPC ?? false,
    ShareProcessNamespace: spec?.shareProcessNamespace ?? null,
    HostUsers: spec?.hostUsers ?? null,
  };
  const security = internalStructure(spec?.securityContext, structuralOf(PodSecurityContext), ORDERS);
  return { ...shown, SecurityContext: { ...ofHost, ...security } };
}
