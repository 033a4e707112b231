import { semanticEqual } from '../../../base/equality.ts';
import type { Strategy } from '../../definition/strategy.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, invalid, tooLong } from '../../schema/field-error.ts';
import { byteLength, configKeyFaults } from '../../validation/name-rules.ts';
import type { ConfigMap } from './config-map.ts';

export const MAX_DATA_BYTES = 1024 * 1024;
export const SEALED = 'field is immutable when `immutable` is set';

/** The length of the bytes that a base64 text stands for. */
export function decodedLength(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return Math.max(0, Math.floor((base64.length * 3) / 4) - padding);
}

function validate(map: ConfigMap): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const key in map.data) {
    for (const fault of configKeyFaults(key)) errors.push(invalid(`data[${key}]`, key, fault));
    if (map.binaryData?.[key] !== undefined) errors.push(invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    bytes += byteLength(map.data[key] ?? '');
  }
  for (const key in map.binaryData) {
    for (const fault of configKeyFaults(key)) errors.push(invalid(`binaryData[${key}]`, key, fault));
    bytes += decodedLength(map.binaryData[key] ?? '');
  }
  // The whole object is too long; upstream writes the field that it does not have so.
  if (bytes > MAX_DATA_BYTES) errors.push(tooLong('[]', MAX_DATA_BYTES));
  return errors;
}

export const configMapStrategy: Strategy<ConfigMap> = {
  metadataChecks: { onUpdate: ['whole', 'change'] },
  validate,
  validateUpdate: (map, old) => {
    const errors: FieldError[] = [];
    if (old.immutable) {
      if (!map.immutable) errors.push(forbidden('immutable', SEALED));
      for (const field of ['data', 'binaryData'] as const) {
        if (!semanticEqual(map[field], old[field])) errors.push(forbidden(field, SEALED));
      }
    }
    return [...errors, ...validate(map)];
  },
};
