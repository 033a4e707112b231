import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Container } from '../../api/pod/container/container.ts';
import type { PodSpec } from '../../api/pod/spec/pod-spec.ts';
import type { PodObservation } from './observation.ts';
import { newestFirst } from './observation.ts';
import type { RuntimeContainer, Sandbox } from './runtime.ts';
import { ANNOTATION, containerHash, LABEL } from './runtime-labels.ts';

/** Pods and observations for tests. */
export const aContainer = (name: string, more: Partial<Container> = {}): Container => ({ name, image: 'img', ...more });

export function aPod(spec: Partial<PodSpec> = {}, metadata: Partial<Live<Pod>['metadata']> = {}, status?: Pod['status']): Live<Pod> {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default', uid: 'u1', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
    spec: { containers: [aContainer('c')], restartPolicy: 'Always', ...spec },
    ...(status ? { status } : {}),
  };
}

export const aSandbox = (more: Partial<Sandbox> = {}): Sandbox => ({
  id: 's0',
  podUid: 'u1',
  podName: 'p',
  podNamespace: 'default',
  attempt: 0,
  ready: true,
  createdAt: 1_000,
  labels: {},
  annotations: {},
  ips: ['10.0.0.5'],
  hostNetwork: false,
  ...more,
});

export const observed = (name: string, more: Partial<RuntimeContainer> = {}): RuntimeContainer => {
  const attempt = more.attempt ?? 0;
  return {
    id: `${name}-${attempt}`,
    name,
    attempt,
    state: 'running',
    createdAt: 2_000 + attempt,
    startedAt: 2_001 + attempt,
    finishedAt: 0,
    exitCode: 0,
    reason: '',
    message: '',
    image: 'img',
    imageRef: 'sha256:1',
    labels: { [LABEL.podUid]: 'u1' },
    annotations: { [ANNOTATION.hash]: containerHash(aContainer(name)), [ANNOTATION.restartCount]: String(attempt) },
    logPath: '',
    ...more,
  };
};

export const exited = (name: string, exitCode: number, more: Partial<RuntimeContainer> = {}): RuntimeContainer =>
  observed(name, { state: 'exited', exitCode, finishedAt: 3_000, ...more });

export const observation = (containers: readonly RuntimeContainer[], sandboxes: readonly Sandbox[] = [aSandbox()]): PodObservation => ({
  sandboxes: newestFirst(sandboxes),
  containers: newestFirst(containers),
});
