import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { ServiceAccount } from '../../../api/kinds/core/service-account.ts';
import { serviceAccounts } from '../../../api/kinds/core/service-account.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import type { Container } from '../../../api/pod/container/container.ts';
import { visitSecrets } from '../../../api/pod/spec/object-references.ts';
import { MIRROR_POD } from '../../../api/pod/spec/pod-annotations-validation.ts';
import type { PodSpec } from '../../../api/pod/spec/pod-spec.ts';
import type { Clock } from '../../../base/clock.ts';
import type { AdmissionPlugin } from '../../contract/admission.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import { generatedName } from '../../verbs/naming.ts';
import { admitted, forbidden, handlesOnly } from '../admitted.ts';

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const VOLUME_PREFIX = 'kube-api-access-';
/** An hour, and the seven seconds by which kubelet's tokens are known. */
const TOKEN_SECONDS = 3607;
/** The default account of a new namespace comes a moment after it. */
const WAIT_FOR_DEFAULT_MS = 1000;

const tokenVolume = (name: string) => ({
  name,
  projected: {
    sources: [
      { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
    ],
    defaultMode: 0o644,
  },
});

/** Mounts the API token into every container that has nothing at its place. */
function mountToken(spec: PodSpec): void {
  const there = spec.volumes?.find(({ name }) => name.startsWith(VOLUME_PREFIX));
  const name = there?.name ?? generatedName(VOLUME_PREFIX);
  let needed = false;
  const mount = (container: Container) => {
    if (container.volumeMounts?.some(({ mountPath }) => mountPath === MOUNT_PATH)) return;
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: MOUNT_PATH }];
    needed = true;
  };
  for (const container of spec.initContainers ?? []) mount(container);
  for (const container of spec.containers) mount(container);
  if (needed && !there) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}

/** Returns what a mirror pod may not do, or undefined: it stays as the node wrote it, and must not give the node access to anything. */
function mirrorPodFault(spec: PodSpec): string | undefined {
  if (spec.serviceAccountName) return 'reference service accounts';
  let secrets = false;
  visitSecrets(spec, () => {
    secrets = true;
  });
  if (secrets) return 'reference secrets';
  const projects = spec.volumes?.some(({ projected }) => projected?.sources?.some(({ serviceAccountToken }) => serviceAccountToken));
  return projects ? 'use ServiceAccountToken volume projections' : undefined;
}

/** The account, or undefined where it is not there after the wait. */
function accountFor(
  objects: StorageAccess,
  key: ObjectKey,
  clock: Clock,
): Live<ServiceAccount> | undefined | Promise<Live<ServiceAccount> | undefined> {
  const account = objects.get(serviceAccounts, key);
  if (account || key.name !== 'default') return account;
  return new Promise((resolve) => {
    const finish = (found: Live<ServiceAccount> | undefined) => {
      cancel();
      stop();
      resolve(found);
    };
    const cancel = clock.after(WAIT_FOR_DEFAULT_MS, () => finish(undefined));
    const stop = objects.follow(serviceAccounts, (changed, deleted) => {
      if (!deleted && changed.metadata.name === key.name && changed.metadata.namespace === key.namespace) finish(changed);
    });
  });
}

/** Sees to it that every new pod runs under a service account that exists, with its token mounted and its pull secrets. */
export function serviceAccountAdmission(objects: StorageAccess, clock: Clock): AdmissionPlugin {
  return {
    name: 'ServiceAccount',
    handles: handlesOnly(pods, 'create'),
    async admit(attributes) {
      const spec = admitted(pods, attributes)?.object.spec;
      if (!spec) return;
      if (attributes.object?.metadata?.annotations?.[MIRROR_POD] !== undefined) {
        const refused = mirrorPodFault(spec);
        if (refused !== undefined) throw forbidden(attributes, `a mirror pod may not ${refused}`);
        return;
      }
      spec.serviceAccountName ||= 'default';
      spec.serviceAccount = spec.serviceAccountName;
      const { namespace } = attributes.key;
      const name = spec.serviceAccountName;
      const account = await accountFor(objects, { namespace, name }, clock);
      if (!account) throw forbidden(attributes, `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`);
      if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(spec);
      if (!spec.imagePullSecrets?.length && account.imagePullSecrets?.length) {
        spec.imagePullSecrets = account.imagePullSecrets.map((secret) => ({ ...secret }));
      }
    },
  };
}
