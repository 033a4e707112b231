import type { KubeObject } from '../../api/meta/object.ts';

/** Whether the object is terminating: it has been deleted, and waits for its grace period or its finalizers. */
export const isDeleting = (object: KubeObject): boolean => object.metadata?.deletionTimestamp !== undefined;
