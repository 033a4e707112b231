import type { FieldError } from '../../schema/field-error.ts';
import { checkEach, invalid, notFound, required } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, pathText } from '../../validation/field-path.ts';
import { addFaults, checkRequired } from '../../validation/field-rules.ts';
import { configKeyFaults, dns1123LabelFaults, dns1123SubdomainFaults, environmentNameFaults, subdomainName } from '../../validation/name-rules.ts';
import { checkNoBacksteps } from '../../validation/path-rules.ts';
import { checkFieldRef, checkResourceFieldRef, ENV_FIELDS } from '../env/downward-validation.ts';
import type { ConfigMapKeySelector, EnvFromSource, EnvVar, FileKeySelector } from '../env/env.ts';
import type { Volume } from '../volume/volume.ts';

export function checkEnv(errors: FieldError[], variables: readonly EnvVar[], volumes: ReadonlyMap<string, Volume>, path: FieldPath): void {
  checkEach(variables, (variable, i) => {
    const at = indexPath(path, i);
    if (!variable.name) errors.push(required(pathText(at, 'name')));
    else addFaults(errors, environmentNameFaults(variable.name), variable.name, at, 'name');
    if (variable.valueFrom) checkValueFrom(errors, variable, volumes, childPath(at, 'valueFrom'));
  });
}

function checkValueFrom(errors: FieldError[], variable: EnvVar, volumes: ReadonlyMap<string, Volume>, path: FieldPath): void {
  const source = variable.valueFrom ?? {};
  let sources = 0;
  if (source.fieldRef) {
    sources++;
    checkFieldRef(errors, source.fieldRef, ENV_FIELDS, childPath(path, 'fieldRef'));
  }
  if (source.resourceFieldRef) {
    sources++;
    checkResourceFieldRef(errors, source.resourceFieldRef, false, childPath(path, 'resourceFieldRef'));
  }
  if (source.configMapKeyRef) {
    sources++;
    checkKeyRef(errors, source.configMapKeyRef, childPath(path, 'configMapKeyRef'));
  }
  if (source.secretKeyRef) {
    sources++;
    checkKeyRef(errors, source.secretKeyRef, childPath(path, 'secretKeyRef'));
  }
  if (source.fileKeyRef) {
    sources++;
    checkFileKeyRef(errors, source.fileKeyRef, volumes, childPath(path, 'fileKeyRef'));
  }
  if (sources === 0) {
    errors.push(
      invalid(pathText(path), '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'),
    );
  } else if (variable.value) {
    errors.push(invalid(pathText(path), '', 'may not be specified when `value` is not empty'));
  } else if (sources > 1) {
    errors.push(invalid(pathText(path), '', 'may not have more than one field specified at a time'));
  }
}

function checkKeyRef(errors: FieldError[], reference: ConfigMapKeySelector, path: FieldPath): void {
  const name = reference.name ?? '';
  addFaults(errors, dns1123SubdomainFaults(name), name, path, 'name');
  if (!reference.key) errors.push(required(pathText(path, 'key')));
  else addFaults(errors, configKeyFaults(reference.key), reference.key, path, 'key');
}

function checkFileKeyRef(errors: FieldError[], reference: FileKeySelector, volumes: ReadonlyMap<string, Volume>, path: FieldPath): void {
  if (!reference.key) errors.push(required(pathText(path, 'key')));
  else addFaults(errors, environmentNameFaults(reference.key), reference.key, path, 'key');
  const name = reference.volumeName ?? '';
  checkRequired(errors, name, path, 'volumeName');
  if (name) addFaults(errors, dns1123LabelFaults(name), name, path, 'volumeName');
  checkRequired(errors, reference.path, path, 'path');
  if (reference.path) checkNoBacksteps(errors, reference.path, path, 'path');
  const volume = volumes.get(name);
  if (!volume) errors.push(notFound(pathText(path, 'volumeName'), name));
  else if (!volume.emptyDir) errors.push(invalid(pathText(path, 'volumeName'), name, 'referenced volume must be of type emptyDir'));
}

export function checkEnvFrom(errors: FieldError[], sources: readonly EnvFromSource[], path: FieldPath): void {
  checkEach(sources, (source, i) => {
    const at = indexPath(path, i);
    if (source.prefix) addFaults(errors, environmentNameFaults(source.prefix), source.prefix, at, 'prefix');
    for (const kind of ['configMapRef', 'secretRef'] as const) {
      const reference = source[kind];
      if (!reference) continue;
      if (!reference.name) errors.push(required(pathText(childPath(at, kind), 'name')));
      else addFaults(errors, subdomainName(reference.name, true), reference.name, childPath(at, kind), 'name');
    }
    if (!source.configMapRef && !source.secretRef) errors.push(invalid(pathText(path), '', 'must specify one of: `configMapRef` or `secretRef`'));
    else if (source.configMapRef && source.secretRef) {
      errors.push(invalid(pathText(path), '', 'may not have more than one field specified at a time'));
    }
  });
}
