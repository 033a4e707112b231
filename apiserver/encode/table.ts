import { defaultColumns } from '../../api/columns/cells.ts';
import type { Cell, Column } from '../../api/columns/column.ts';
import type { KindDefinition } from '../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { markAs } from '../../base/json/long-values.ts';
import type { Form, IncludeObject } from '../contract/form.ts';
import { partialOf } from './partial.ts';

/** The columns of a kind; a name and a time for kinds that have none of their own. */
export const columnsOf = (kind: KindDefinition): readonly Column[] => (kind.columns.length > 0 ? kind.columns : defaultColumns);

/** `columnDefinitions` of a Table. */
export const columnDefinitionsOf = (kind: KindDefinition): object[] =>
  columnsOf(kind).map(({ name, type, format, description, priority }) => ({
    name,
    type,
    format: format ?? '',
    description,
    priority: priority ?? 0,
  }));

/** One row of a Table. `now` in milliseconds since the epoch. */
export function rowOf(
  kind: KindDefinition,
  object: KubeObject,
  now: number,
  include: IncludeObject,
  form: Form,
): { cells: Cell[]; object?: unknown } {
  const live = object as Live;
  const cells = columnsOf(kind).map((column) => column.cell(live, now));
  switch (include) {
    case 'None':
      return { cells };
    case 'Object':
      return markAs({ cells, object }, object);
    default:
      return markAs({ cells, object: partialOf(object, form) }, object.metadata);
  }
}
