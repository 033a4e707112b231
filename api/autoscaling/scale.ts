import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { int32, string, struct, topLevel } from '../schema/fields.ts';

export const ScaleSpec = struct('ScaleSpec', {
  replicas: int32().optional(),
});
export type ScaleSpec = Infer<typeof ScaleSpec>;

export const ScaleStatus = struct('ScaleStatus', {
  replicas: int32(),
  selector: string().optional(),
});
export type ScaleStatus = Infer<typeof ScaleStatus>;

export const Scale = topLevel('Scale', {
  metadata: ObjectMeta.optional(),
  spec: ScaleSpec.optional(),
  status: ScaleStatus.optional(),
});
export type Scale = Infer<typeof Scale>;
