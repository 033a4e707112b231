import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, invalid } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, keyPath, pathText } from '../../validation/field-path.ts';
import type { AppArmorProfile, SeccompProfile } from '../security/security-context.ts';
import { eachContainer } from './pod-containers.ts';
import type { PodSpec } from './pod-spec.ts';

export const MIRROR_POD = 'kubernetes.io/config.mirror';
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const APPARMOR_CONTAINER = 'container.apparmor.security.beta.kubernetes.io/';

type Annotations = Readonly<Record<string, string>>;

/** Checks the annotations that have a meaning to the pod's node or controller. `path` is that of the annotations. */
export function checkPodAnnotations(errors: FieldError[], annotations: Annotations | undefined, spec: PodSpec, path: FieldPath): void {
  if (!annotations) return;
  for (const key in annotations) {
    const value = annotations[key] ?? '';
    if (key === MIRROR_POD && !spec.nodeName) {
      errors.push(invalid(pathText(keyPath(path, key)), value, 'must set spec.nodeName if mirror pod annotation is set'));
    } else if (key === DELETION_COST && !isDeletionCost(value)) {
      errors.push(invalid(pathText(keyPath(path, key)), value, 'must be a 32bit integer'));
    } else if (key === SECCOMP_POD || key.startsWith(SECCOMP_CONTAINER)) {
      checkSeccompName(errors, value, childPath(path, key));
    } else if (key.startsWith(APPARMOR_CONTAINER)) {
      const name = key.slice(APPARMOR_CONTAINER.length);
      let known = false;
      eachContainer(spec, (container) => {
        known ||= container.name === name;
      });
      if (!known) errors.push(invalid(pathText(keyPath(path, key)), name, 'container not found'));
      if (value !== '' && value !== 'runtime/default' && value !== 'unconfined' && !value.startsWith('localhost/')) {
        errors.push(invalid(pathText(keyPath(path, key)), value, `invalid AppArmor profile name: ${JSON.stringify(value)}`));
      }
    }
  }
}

/** A 32-bit number without a plus sign or leading zeros. */
function isDeletionCost(value: string): boolean {
  return /^(0|-?[1-9]\d*|-0)$/.test(value) && Math.abs(Number(value)) <= 2147483648 && Number(value) !== 2147483648;
}

function checkSeccompName(errors: FieldError[], name: string, path: FieldPath): void {
  if (name === 'runtime/default' || name === 'docker/default' || name === 'unconfined') return;
  if (!name.startsWith('localhost/')) {
    errors.push(invalid(pathText(path), name, 'must be a valid seccomp profile'));
    return;
  }
  const profile = name.slice('localhost/'.length);
  if (profile.startsWith('/')) errors.push(invalid(pathText(path), profile, 'must be a relative path'));
  if (profile.split('/').includes('..')) errors.push(invalid(pathText(path), profile, "must not contain '..'"));
}

/** Checks that a profile given by annotation and by field is the same. `path` is that of the spec. */
export function checkProfileAnnotations(errors: FieldError[], annotations: Annotations | undefined, spec: PodSpec, path: FieldPath): void {
  if (!annotations) return;
  const ofPod = annotations[SECCOMP_POD];
  if (ofPod !== undefined && spec.securityContext?.seccompProfile) {
    checkMatch(errors, 'seccomp', ofPod, spec.securityContext.seccompProfile, childPath(childPath(path, 'securityContext'), 'seccompProfile'));
  }
  eachContainer(spec, (container, list, i) => {
    const at = () => childPath(indexPath(childPath(path, list), i), 'securityContext');
    const seccomp = annotations[SECCOMP_CONTAINER + container.name];
    if (seccomp !== undefined && container.securityContext?.seccompProfile) {
      checkMatch(errors, 'seccomp', seccomp, container.securityContext.seccompProfile, childPath(at(), 'seccompProfile'));
    }
    const appArmor = annotations[APPARMOR_CONTAINER + container.name];
    const profile = container.securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile;
    if (appArmor !== undefined && profile && spec.os?.name !== 'windows') {
      checkMatch(errors, 'apparmor', appArmor, profile, childPath(at(), 'appArmorProfile'));
    }
  });
}

function checkMatch(
  errors: FieldError[],
  what: 'seccomp' | 'apparmor',
  annotation: string,
  profile: SeccompProfile | AppArmorProfile,
  path: FieldPath,
): void {
  const differs = (field: 'type' | 'localhostProfile') => {
    const word = field === 'type' ? 'type' : 'profile';
    errors.push(forbidden(pathText(path, field), `${what} ${word} in annotation and field must match`));
  };
  if (profile.type === 'Unconfined' && annotation !== 'unconfined') differs('type');
  else if (profile.type === 'RuntimeDefault' && annotation !== 'runtime/default' && !(what === 'seccomp' && annotation === 'docker/default')) {
    differs('type');
  } else if (profile.type === 'Localhost') {
    if (!annotation.startsWith('localhost/')) differs('type');
    else if (annotation.slice('localhost/'.length) !== profile.localhostProfile) differs('localhostProfile');
  }
}

/** Refuses changes of annotations that are immutable once the pod exists. */
export function checkPodAnnotationsUpdate(
  errors: FieldError[],
  annotations: Annotations | undefined,
  old: Annotations | undefined,
  path: FieldPath,
): void {
  for (const key in old) {
    if (annotations?.[key] === old[key]) continue;
    if (key.startsWith(APPARMOR_CONTAINER)) errors.push(forbidden(pathText(keyPath(path, key)), 'may not remove or update AppArmor annotations'));
    if (key === MIRROR_POD) errors.push(forbidden(pathText(keyPath(path, key)), 'may not remove or update mirror pod annotation'));
  }
  for (const key in annotations) {
    if (old?.[key] !== undefined) continue;
    if (key.startsWith(APPARMOR_CONTAINER)) errors.push(forbidden(pathText(keyPath(path, key)), 'may not add AppArmor annotations'));
    if (key === MIRROR_POD) errors.push(forbidden(pathText(keyPath(path, key)), 'may not add mirror pod annotation'));
  }
}
