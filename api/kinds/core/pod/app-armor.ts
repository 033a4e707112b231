import { semanticEqual } from '../../../../base/equality.ts';
import type { AppArmorProfile } from '../../../pod/security/security-context.ts';
import { eachContainer } from '../../../pod/spec/pod-containers.ts';
import type { Pod } from './schema.ts';

const ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';
const LOCALHOST = 'localhost/';
const MAX_PROFILE = 4095;

/** Returns undefined if the annotation names no profile. */
function profileOf(annotation: string): AppArmorProfile | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' };
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' };
  if (!annotation.startsWith(LOCALHOST)) return undefined;
  const localhostProfile = annotation.slice(LOCALHOST.length);
  const isValid = localhostProfile !== '' && localhostProfile.trim() === localhostProfile && localhostProfile.length <= MAX_PROFILE;
  return isValid ? { type: 'Localhost', localhostProfile } : undefined;
}

/**
 * Copies AppArmor profiles of a new pod from its annotations, where they stood before v1.30, to the fields, and warns of the annotations
 * (k8s.io/kubernetes/pkg/registry/core/pod/strategy.go, applyAppArmorVersionSkew). The warnings precede validation.
 */
export function copyAppArmorAnnotations({ metadata, spec }: Pod, warnings: string[]): void {
  const annotations = metadata?.annotations;
  if (!annotations || !spec || spec.os?.name === 'windows') return;
  eachContainer(spec, (container) => {
    const key = `${ANNOTATION}${container.name}`;
    if (!Object.hasOwn(annotations, key) || container.securityContext?.appArmorProfile) return;
    const profile = profileOf(annotations[key] ?? '');
    if (profile && spec.securityContext?.appArmorProfile && semanticEqual(profile, spec.securityContext.appArmorProfile)) return;
    if (profile) container.securityContext = { ...container.securityContext, appArmorProfile: profile };
    warnings.push(`metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`);
  });
}
