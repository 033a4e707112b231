import type { KubeObject, Live } from '../meta/object.ts';

/** A cell of a `metav1.Table` row. */
export type Cell = string | number | boolean | null;

/** A column as `kubectl get` prints it; priority 1 shows with `-o wide` only. */
export interface Column<T extends KubeObject = KubeObject> {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly priority?: number;
  readonly description: string;
  /** `now` in milliseconds since the epoch. */
  cell(object: Live<T>, now: number): Cell;
}
