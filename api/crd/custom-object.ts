import type { KubeObject } from '../meta/object.ts';

/** An object of a custom resource. Only its schema knows the fields beyond metadata. */
export interface CustomObject extends KubeObject {
  spec?: unknown;
  status?: unknown;
}
