import type { SELinuxOptions } from '../../../../api/pod/security/security-context.ts';
import type { Check, CheckedPod, PodCheck } from './check.ts';
import { containersText, distinct, isWindows, namesWhere, plural, quoted, settersText } from './check.ts';

const APPARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';
const SECCOMP_OF_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_OF_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';

interface Profile {
  readonly type?: string | undefined;
}
const isConfined = ({ type }: Profile): boolean => type === 'RuntimeDefault' || type === 'Localhost';

/** Returns who sets a profile that confines nothing, and to which types. */
function unconfined({ spec }: CheckedPod, field: 'appArmorProfile' | 'seccompProfile'): { setters: string; types: string[] } {
  const types = new Set<string>();
  const isBad = (profile: Profile | undefined): boolean => {
    if (!profile || isConfined(profile)) return false;
    types.add(profile.type ?? '');
    return true;
  };
  const pod = isBad(spec.securityContext?.[field]);
  const names = namesWhere(spec, ({ securityContext }) => isBad(securityContext?.[field]));
  return { setters: settersText(pod, names), types: distinct(types) };
}

const isAllowedAppArmor = (value: string): boolean => value === '' || value === 'runtime/default' || value.startsWith('localhost/');

const appArmorProfile: Check = {
  id: 'appArmorProfile',
  level: 'baseline',
  versions: [
    {
      since: 0,
      check: (pod) => {
        const { setters, types } = unconfined(pod, 'appArmorProfile');
        const annotations = Object.entries(pod.annotations)
          .filter(([key, value]) => key.startsWith(APPARMOR_ANNOTATION) && !isAllowedAppArmor(value))
          .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
          .sort();
        const values = [...types, ...annotations];
        if (values.length === 0) return undefined;
        const all = [
          ...(setters === '' ? [] : [setters]),
          ...(annotations.length === 0 ? [] : [plural('annotation', 'annotations', annotations.length)]),
        ];
        return {
          reason: plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', values.length),
          detail: `${all.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
        };
      },
    },
  ],
};

const SELINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

const seLinuxWithTypes =
  (allowed: ReadonlySet<string>): PodCheck =>
  ({ spec }) => {
    const types = new Set<string>();
    let user = false;
    let role = false;
    const isBad = (options: SELinuxOptions | undefined): boolean => {
      if (!options) return false;
      const badType = !allowed.has(options.type ?? '');
      if (badType) types.add(options.type ?? '');
      if (options.user) user = true;
      if (options.role) role = true;
      return badType || Boolean(options.user) || Boolean(options.role);
    };
    const pod = isBad(spec.securityContext?.seLinuxOptions);
    const setters = settersText(
      pod,
      namesWhere(spec, ({ securityContext }) => isBad(securityContext?.seLinuxOptions)),
    );
    if (setters === '') return undefined;
    const what = [
      ...(types.size === 0 ? [] : [`${plural('type', 'types', types.size)} ${quoted(distinct(types))}`]),
      ...(user ? ['user may not be set'] : []),
      ...(role ? ['role may not be set'] : []),
    ];
    return { reason: 'seLinuxOptions', detail: `${setters} set forbidden securityContext.seLinuxOptions: ${what.join('; ')}` };
  };

const seLinuxOptions: Check = {
  id: 'seLinuxOptions',
  level: 'baseline',
  versions: [
    { since: 0, check: seLinuxWithTypes(new Set(SELINUX_TYPES)) },
    { since: 31, check: seLinuxWithTypes(new Set([...SELINUX_TYPES, 'container_engine_t'])) },
  ],
};

const isAllowedSeccomp = (value: string): boolean => value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/');

/** Before v1.19 profiles stood in annotations. */
const seccompAnnotations: PodCheck = ({ annotations, spec }) => {
  const keys = [SECCOMP_OF_POD, ...namesWhere(spec, () => true).map((name) => `${SECCOMP_OF_CONTAINER}${name}`)];
  const forbidden = distinct(
    keys.flatMap((key) => {
      const value = Object.hasOwn(annotations, key) ? annotations[key] : undefined;
      return value === undefined || isAllowedSeccomp(value) ? [] : [`${key}=${JSON.stringify(value)}`];
    }),
  );
  if (forbidden.length === 0) return undefined;
  return { reason: 'seccompProfile', detail: `forbidden ${plural('annotation', 'annotations', forbidden.length)} ${forbidden.join(', ')}` };
};

const seccompNotDisabled: PodCheck = (pod) => {
  const { setters, types } = unconfined(pod, 'seccompProfile');
  if (setters === '') return undefined;
  return { reason: 'seccompProfile', detail: `${setters} must not set securityContext.seccompProfile.type to ${quoted(types)}` };
};

const seccompBaseline: Check = {
  id: 'seccompProfile_baseline',
  level: 'baseline',
  versions: [
    { since: 0, check: seccompAnnotations },
    { since: 19, check: seccompNotDisabled },
  ],
};

const seccompSet: PodCheck = (pod) => {
  const disabled = seccompNotDisabled(pod);
  if (disabled) return disabled;
  const names = pod.spec.securityContext?.seccompProfile ? [] : namesWhere(pod.spec, ({ securityContext }) => !securityContext?.seccompProfile);
  if (names.length === 0) return undefined;
  const detail = `pod or ${containersText(names)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`;
  return { reason: 'seccompProfile', detail };
};

const seccompRestricted: Check = {
  id: 'seccompProfile_restricted',
  level: 'restricted',
  overrides: 'seccompProfile_baseline',
  versions: [
    { since: 19, check: seccompSet },
    { since: 25, check: (pod) => (isWindows(pod) ? undefined : seccompSet(pod)) },
  ],
};

export const profileChecks: readonly Check[] = [appArmorProfile, seLinuxOptions, seccompBaseline, seccompRestricted];
