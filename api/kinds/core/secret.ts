import { goSyntaxProblem } from '../../../base/go-json-syntax.ts';
import { markAs } from '../../../base/json/long-values.ts';
import { isObject, setOwn } from '../../../base/json.ts';
import type { Steps } from '../../../base/steps.ts';
import { finished } from '../../../base/steps.ts';
import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import { defineKind } from '../../definition/kind.ts';
import { countedAs } from '../../definition/quota-rule.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { defaultLater } from '../../schema/default-later.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, invalid, required, tooLong } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { boolean, bytes, map, ref, string, topLevel } from '../../schema/fields.ts';
import { checkImmutable, ifChanged } from '../../validation/field-rules.ts';
import { configKeyFaults } from '../../validation/name-rules.ts';
import { decodedLength, entryCount, MAX_DATA_BYTES, SEALED } from './data-entries.ts';

export const Secret = topLevel('Secret', 'Confidential data for pods, as keys and values.', {
  data: map(bytes(), 'The values, in base64.').tag(2).optional(),
  immutable: boolean('Nothing but metadata may change any more.', { presence: 'pointer' }).tag(5).optional(),
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  stringData: map(string(), 'Values as plain text, merged into data on writing and never shown.').tag(4).optional(),
  type: string('What the data is for; decides which keys must be there.', { goType: 'SecretType', default: 'Opaque' }).tag(3).optional(),
});
export type Secret = Infer<typeof Secret>;

/** Values that are encoded in one step. */
const STEP_COUNT = 1_000;

/** Merges the write-only `stringData` into `data`, where it wins. */
function* defaultSteps(secret: Secret): Steps<void> {
  secret.type ||= 'Opaque';
  const { stringData } = secret;
  if (!stringData) return;
  secret.data ??= {};
  markAs(secret.data, stringData);
  let count = 0;
  for (const key in stringData) {
    setOwn(secret.data, key, Buffer.from(stringData[key] ?? '', 'utf8').toString('base64'));
    if (++count % STEP_COUNT === 0) yield;
  }
  secret.stringData = undefined;
}

function validate(secret: Secret): FieldError[] {
  const errors: FieldError[] = [];
  const data = secret.data ?? {};
  let bytes = 0;
  for (const key in data) {
    for (const fault of configKeyFaults(key)) errors.push(invalid(`data[${key}]`, key, fault));
    bytes += decodedLength(data[key] ?? '');
  }
  if (bytes > MAX_DATA_BYTES) errors.push(tooLong('data', MAX_DATA_BYTES));
  checkType(errors, secret, data);
  return errors;
}

/** Checks the keys that each type of secret must have (https://kubernetes.io/docs/concepts/configuration/secret/#secret-types). */
function checkType(errors: FieldError[], secret: Secret, data: Readonly<Record<string, string>>): void {
  const need = (...keys: readonly string[]) => {
    for (const key of keys) if (data[key] === undefined) errors.push(required(`data[${key}]`));
  };
  switch (secret.type) {
    case 'kubernetes.io/service-account-token': {
      const account = 'kubernetes.io/service-account.name';
      if (!secret.metadata?.annotations?.[account]) errors.push(required(`metadata.annotations[${account}]`));
      break;
    }
    case 'kubernetes.io/dockercfg':
      checkJson(errors, data, '.dockercfg');
      break;
    case 'kubernetes.io/dockerconfigjson':
      checkJson(errors, data, '.dockerconfigjson');
      break;
    case 'kubernetes.io/basic-auth':
      if (data.username === undefined && data.password === undefined) need('username', 'password');
      break;
    case 'kubernetes.io/ssh-auth':
      if (!data['ssh-privatekey']) errors.push(required('data[ssh-privatekey]'));
      break;
    case 'kubernetes.io/tls':
      need('tls.crt', 'tls.key');
      break;
  }
}

function checkJson(errors: FieldError[], data: Readonly<Record<string, string>>, key: string): void {
  const text = data[key];
  if (text === undefined) {
    errors.push(required(`data[${key}]`));
    return;
  }
  const why = notAnObject(text);
  if (why !== undefined) errors.push(invalid(`data[${key}]`, '<secret contents redacted>', why));
}

/** Returns Go's words on data that are no JSON object. */
function notAnObject(base64: string): string | undefined {
  const bytes = Buffer.from(base64, 'base64');
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (value === null || isObject(value)) return undefined;
    const type = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    return `json: cannot unmarshal ${type} into Go value of type map[string]interface {}`;
  } catch {
    // Go names a byte, not a character.
    return finished(goSyntaxProblem(bytes.toString('latin1')));
  }
}

export const secretStrategy: Strategy<Secret> = {
  metadataChecks: { onUpdate: ['whole', 'change'] },
  default: (secret) => defaultLater(() => defaultSteps(secret)),
  validate,
  validateUpdate: (secret, old) => {
    const errors: FieldError[] = [];
    checkImmutable(errors, secret.type, old.type, 'type');
    if (old.immutable) {
      if (!secret.immutable) errors.push(forbidden('immutable', SEALED));
      ifChanged(secret.data, old.data, () => void errors.push(forbidden('data', SEALED)));
    }
    return [...errors, ...validate(secret)];
  },
  selectableFields: { type: (secret) => secret.type ?? '' },
};

const secretColumns: readonly Column<Secret>[] = [
  nameColumn,
  shown('Type', 'What the secret is for.', (secret) => secret.type ?? ''),
  shown('Data', 'How many entries it has.', (secret) => entryCount(secret.data)),
  ageColumn,
];

export const secrets = defineKind<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  schema: Secret,
  columns: secretColumns,
  quota: countedAs('secrets'),
  strategy: secretStrategy,
});
