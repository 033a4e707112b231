import type { Cell, Column, KindDefinition } from '../../api/kind.ts';
import type { KubeObject, Live } from '../../api/object.ts';
import { partialOf } from './partial.ts';

/** What stands beside the cells of a row (the includeObject parameter). */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

const NAME: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name of the object, unique among those of its kind in its namespace.',
  cell: (object) => object.metadata.name,
};
const CREATED: Column = {
  name: 'Created At',
  type: 'date',
  description: 'When the object was created.',
  cell: (object) => object.metadata.creationTimestamp,
};

/** The columns of a kind; a name and a time for kinds that have none of their own. */
export const columnsOf = (kind: KindDefinition): readonly Column[] => (kind.columns.length > 0 ? kind.columns : [NAME, CREATED]);

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
export function rowOf(kind: KindDefinition, object: KubeObject, now: number, include: IncludeObject): { cells: Cell[]; object?: unknown } {
  const live = object as Live;
  const cells = columnsOf(kind).map((column) => column.cell(live, now));
  switch (include) {
    case 'None':
      return { cells };
    case 'Object':
      return { cells, object };
    default:
      return { cells, object: partialOf(object) };
  }
}
