import { goQuote } from '../../../../base/go-format.ts';
import { stringFormat } from '../../../schema/formats.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import type { CustomResourceDefinition } from './schema.ts';
import { schemaHas } from './schema-walk.ts';

/** Whether a format is none that is enforced on values of the schema's type. */
function isUnrecognized({ type, format }: JSONSchemaProps): boolean {
  if (!format) return false;
  switch (type ?? '') {
    case '':
    case 'string':
      return stringFormat(format) === undefined;
    case 'integer':
      return format !== 'int32' && format !== 'int64';
    case 'number':
      return format !== 'float' && format !== 'double';
    default:
      return true;
  }
}

function unrecognizedFormats({ spec }: CustomResourceDefinition): string[] {
  const found: string[] = [];
  for (const { schema } of spec.versions ?? []) {
    if (!schema?.openAPIV3Schema) continue;
    schemaHas(schema.openAPIV3Schema, (part) => {
      if (part.format && isUnrecognized(part)) found.push(part.format);
      return false;
    });
  }
  return found;
}

/** Returns the warnings about formats that are not enforced, on update those that are new. */
export function formatWarnings(crd: CustomResourceDefinition, old: CustomResourceDefinition | undefined): string[] {
  const known = new Set(old ? unrecognizedFormats(old) : []);
  const fresh = unrecognizedFormats(crd).filter((format) => !known.has(format));
  return [...new Set(fresh)].map((format) => `unrecognized format ${goQuote(format)}`);
}
