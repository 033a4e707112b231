import type { Kind } from '../../api/definition/kind.ts';
import type { Workload } from './workload.ts';

interface Named {
  readonly kind: Kind<Workload>;
  readonly names: readonly string[];
}

const kindOf = (group: string, kind: string, plural: string): Kind<Workload> => ({ group, version: 'v1', kind, plural, namespaced: true });
/** A concept in both its homes: as a kind of skiff.dev, which has a short name of its own, and as the cluster's. */
const concept = (group: string, kind: string, plural: string, short: string, own: string): Named[] => [
  { kind: kindOf('skiff.dev', kind, plural), names: [plural, kind.toLowerCase(), short, own] },
  { kind: kindOf(group, kind, plural), names: [plural, kind.toLowerCase(), short] },
];

/** In the order in which a name without a group is looked for: skiff.dev's kinds come first. */
const kinds: readonly Named[] = [
  ...concept('apps', 'Deployment', 'deployments', 'deploy', 'sdep'),
  ...concept('apps', 'ReplicaSet', 'replicasets', 'rs', 'srs'),
  ...concept('', 'ReplicationController', 'replicationcontrollers', 'rc', 'src'),
  ...concept('', 'Service', 'services', 'svc', 'ssvc'),
  ...concept('', 'ResourceQuota', 'resourcequotas', 'quota', 'squota'),
  { kind: kindOf('apps', 'DaemonSet', 'daemonsets'), names: ['daemonsets', 'daemonset', 'ds'] },
  { kind: kindOf('apps', 'StatefulSet', 'statefulsets'), names: ['statefulsets', 'statefulset', 'sts'] },
  { kind: kindOf('', 'Pod', 'pods'), names: ['pods', 'pod', 'po'] },
];

/**
 * Returns the kinds that a name may mean, most likely first: `deployment` means skiff.dev's and then apps', `deployments.apps` one kind.
 * @throws Error as kubectl's, for a name of no kind
 */
export function kindsNamed(text: string): readonly Kind<Workload>[] {
  const name = text.toLowerCase();
  const [plain = '', ...rest] = name.split('.');
  const group = rest.join('.').replace(/^v1(\.|$)/, '');
  const found = kinds.filter((each) => each.names.includes(plain) && (rest.length === 0 || each.kind.group === group)).map(({ kind }) => kind);
  if (found.length === 0) throw new Error(`the server doesn't have a resource type "${text}"`);
  return found;
}

/**
 * Splits `TYPE/NAME…` or `TYPE NAME…` into pairs of type and name.
 * @throws Error as kubectl's, if there is no object among them
 */
export function objectsNamed(args: readonly string[]): readonly { readonly type: string; readonly name: string }[] {
  if (args.length === 0) throw new Error('required resource not specified');
  if (args.some((arg) => arg.includes('/'))) {
    return args.map((arg) => {
      const [type = '', name = '', ...more] = arg.split('/');
      if (!arg.includes('/'))
        throw new Error(
          "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'",
        );
      if (type === '' || name === '' || more.length > 0) throw new Error('arguments in resource/name form may not have more than one slash');
      return { type, name };
    });
  }
  const [type = '', ...names] = args;
  if (names.length === 0) throw new Error('resource(s) were provided, but no name was specified');
  return names.map((name) => ({ type, name }));
}
