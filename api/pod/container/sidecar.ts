import type { Container } from './container.ts';

/** Returns whether an init container is a sidecar, one that keeps running (https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/). */
export const isSidecar = (container: Container): boolean => container.restartPolicy === 'Always';
