import { goNumber } from '../../base/go-format.ts';
import { isObject } from '../../base/json.ts';
import { ageColumn, nameColumn } from '../columns/cells.ts';
import type { Cell, Column } from '../columns/column.ts';
import { humanDuration } from '../columns/human-duration.ts';
import { jsonPath } from '../columns/jsonpath.ts';
import type { CustomResourceColumnDefinition, CustomResourceDefinitionVersion } from '../kinds/apiextensions/custom-resource-definition/index.ts';
import type { CustomObject } from './custom-object.ts';

/**
 * Returns the columns of one version: the name and those that it defines, or the age if it defines none. As upstream, a path that cannot be read
 * ends the list of columns.
 */
export function printerColumns({ additionalPrinterColumns: extra = [] }: CustomResourceDefinitionVersion): readonly Column<CustomObject>[] {
  if (extra.length === 0) return [nameColumn, ageColumn];
  const columns: Column<CustomObject>[] = [nameColumn];
  for (const definition of extra) {
    const column = columnOf(definition);
    if (!column) break;
    columns.push(column);
  }
  return columns;
}

function columnOf({ name, type, format, priority, description, jsonPath: path }: CustomResourceColumnDefinition): Column<CustomObject> | undefined {
  let find: ReturnType<typeof jsonPath>;
  try {
    find = jsonPath(path);
  } catch {
    return undefined;
  }
  return {
    name,
    type: type === 'integer' || type === 'number' || type === 'boolean' || type === 'date' ? type : 'string',
    ...(format ? { format } : {}),
    priority: priority ?? 0,
    description: description || `Custom resource definition column (in JSONPath format): ${path}`,
    cell: (object, now) => cellOf(type, find(object)[0], now),
  };
}

/** Formats a value by its column's type. Returns null if it is missing or of another type. */
function cellOf(type: string, value: unknown, now: number): Cell {
  if (value === undefined) return null;
  if (type === 'string') return printed(value);
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : typeof value === 'bigint' ? Number(value) : null;
    case 'number':
      return typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date': {
      if (typeof value !== 'string') return null;
      if (value === '') return '<unknown>';
      const time = Date.parse(value);
      return Number.isNaN(time) ? '<invalid>' : humanDuration(now - time);
    }
    default:
      return null;
  }
}

/** Prints a value as the JSONPath printer does: texts as they are, lists and objects as JSON with sorted keys. */
export function printed(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return goNumber(value);
  if (typeof value !== 'object') return String(value);
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
