import { createHash } from 'node:crypto';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Container } from '../../api/pod/container/container.ts';

/**
 * Labels and annotations on sandboxes and containers, under kubelet's names (pkg/kubelet/types/labels.go, kuberuntime/labels.go):
 * crictl shows them, and they are all that an agent needs to adopt what an earlier one started.
 */
export const LABEL = {
  podName: 'io.kubernetes.pod.name',
  podNamespace: 'io.kubernetes.pod.namespace',
  podUid: 'io.kubernetes.pod.uid',
  containerName: 'io.kubernetes.container.name',
} as const;

export const ANNOTATION = {
  hash: 'io.kubernetes.container.hash',
  restartCount: 'io.kubernetes.container.restartCount',
  terminationMessagePath: 'io.kubernetes.container.terminationMessagePath',
  terminationMessagePolicy: 'io.kubernetes.container.terminationMessagePolicy',
  /** The file of the termination message on the host: kubelet finds it among the mounts that verbose statuses list. */
  terminationMessageFile: 'skiff.dev/container.terminationMessageFile',
  /** The resources that it was created with, limits of its pod as a whole among them, as JSON: a later difference is a resize. */
  requirements: 'skiff.dev/container.requirements',
  terminationGracePeriod: 'io.kubernetes.pod.terminationGracePeriod',
  preStopHandler: 'io.kubernetes.container.preStopHandler',
  ports: 'io.kubernetes.container.ports',
  configSeen: 'kubernetes.io/config.seen',
  configSource: 'kubernetes.io/config.source',
  configHash: 'kubernetes.io/config.hash',
  configMirror: 'kubernetes.io/config.mirror',
} as const;

export const sandboxLabels = (pod: Live<Pod>): Record<string, string> => ({
  ...pod.metadata.labels,
  [LABEL.podName]: pod.metadata.name,
  [LABEL.podNamespace]: pod.metadata.namespace ?? '',
  [LABEL.podUid]: pod.metadata.uid,
});

export const containerLabels = (pod: Live<Pod>, container: Container): Record<string, string> => ({
  [LABEL.podName]: pod.metadata.name,
  [LABEL.podNamespace]: pod.metadata.namespace ?? '',
  [LABEL.podUid]: pod.metadata.uid,
  [LABEL.containerName]: container.name,
});

export function containerAnnotations(pod: Live<Pod>, container: Container, restartCount: number, messageFile: string): Record<string, string> {
  const preStop = container.lifecycle?.preStop;
  return {
    [ANNOTATION.hash]: containerHash(container),
    [ANNOTATION.restartCount]: String(restartCount),
    [ANNOTATION.terminationMessagePath]: container.terminationMessagePath ?? '/dev/termination-log',
    [ANNOTATION.terminationMessagePolicy]: container.terminationMessagePolicy ?? 'File',
    [ANNOTATION.terminationMessageFile]: messageFile,
    [ANNOTATION.requirements]: JSON.stringify(container.resources ?? {}),
    [ANNOTATION.terminationGracePeriod]: String(pod.spec?.terminationGracePeriodSeconds ?? 30),
    ...(preStop ? { [ANNOTATION.preStopHandler]: JSON.stringify(preStop) } : {}),
    ...(container.ports?.length ? { [ANNOTATION.ports]: JSON.stringify(container.ports) } : {}),
  };
}

/**
 * Changes when a running container has to be replaced. As upstream since 1.31, only name and image count:
 * other fields cannot change, and a new default in a later version must not restart every container.
 */
export const containerHash = (container: Container): string =>
  createHash('sha256')
    .update(JSON.stringify([container.name, container.image]))
    .digest('hex')
    .slice(0, 8);
