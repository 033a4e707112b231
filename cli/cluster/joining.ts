import { configMaps } from '../../api/kinds/core/config-map.ts';
import type { Secret } from '../../api/kinds/core/secret.ts';
import { secrets } from '../../api/kinds/core/secret.ts';
import { roles } from '../../api/kinds/rbac/role.ts';
import type { ClusterRoleBinding, Subject } from '../../api/kinds/rbac/role-binding.ts';
import { clusterRoleBindings, roleBindings } from '../../api/kinds/rbac/role-binding.ts';
import { timeText } from '../../base/clock.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { Wanted } from './ensure-objects.ts';
import { ensureObjects, wanted } from './ensure-objects.ts';

const GROUP = 'rbac.authorization.k8s.io';
/** The group of tokens for nodes, as kubeadm calls it. */
const NODE_TOKENS = 'system:bootstrappers:kubeadm:default-node-token';
const CLUSTER_INFO = { namespace: 'kube-public', name: 'cluster-info' };

const groupSubject = (name: string): Subject => ({ apiGroup: GROUP, kind: 'Group', name });

const binding = (name: string, role: string, group: string): ClusterRoleBinding => ({
  metadata: { name },
  roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: role },
  subjects: [groupSubject(group)],
});

const CLIENT_REQUESTS = 'system:certificates.k8s.io:certificatesigningrequests';

/** The rights of whoever has a token: to request a certificate, and to read the authority. Names are those of kubeadm. */
function rights(): Wanted[] {
  const reader = 'kubeadm:bootstrap-signer-clusterinfo';
  const role = {
    metadata: { name: reader, namespace: CLUSTER_INFO.namespace },
    rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: [CLUSTER_INFO.name], verbs: ['get'] }],
  };
  const readers = {
    metadata: { name: reader, namespace: CLUSTER_INFO.namespace },
    roleRef: { apiGroup: GROUP, kind: 'Role', name: reader },
    subjects: [groupSubject('system:bootstrappers'), { apiGroup: GROUP, kind: 'User', name: 'system:anonymous' }],
  };
  return [
    { kind: clusterRoleBindings, object: binding('kubeadm:kubelet-bootstrap', 'system:node-bootstrapper', NODE_TOKENS) },
    { kind: clusterRoleBindings, object: binding('kubeadm:node-autoapprove-bootstrap', `${CLIENT_REQUESTS}:nodeclient`, NODE_TOKENS) },
    {
      kind: clusterRoleBindings,
      object: binding('kubeadm:node-autoapprove-certificate-rotation', `${CLIENT_REQUESTS}:selfnodeclient`, 'system:nodes'),
    },
    { kind: roles, object: role },
    { kind: roleBindings, object: readers },
  ];
}

/** A kubeconfig without credentials, from which a machine that has a token learns the address and authority of the cluster. */
function clusterInfo(server: string, caCertificate: string): Wanted {
  const cluster = { server, 'certificate-authority-data': Buffer.from(caCertificate).toString('base64') };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: '', cluster }],
    contexts: [],
    users: [],
    preferences: {},
    'current-context': '',
  };
  return wanted(configMaps, { metadata: CLUSTER_INFO, data: { kubeconfig: `${JSON.stringify(config, null, 2)}\n` } });
}

/** A bootstrap token as kubeadm makes it: https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/ */
function tokenSecret(id: string, secret: string, expires: number): Secret {
  return {
    metadata: { name: `bootstrap-token-${id}`, namespace: 'kube-system' },
    type: 'bootstrap.kubernetes.io/token',
    stringData: {
      'token-id': id,
      'token-secret': secret,
      expiration: timeText(expires),
      'usage-bootstrap-authentication': 'true',
      'usage-bootstrap-signing': 'true',
      'auth-extra-groups': NODE_TOKENS,
    },
  };
}

export interface JoinToken {
  readonly id: string;
  readonly secret: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

/** Creates a bootstrap token, and before the first one the objects by which nodes join. @param server the URL under which nodes reach the API. */
export async function createJoinToken(client: Client, { id, secret, expires }: JoinToken, server: string, caCertificate: string): Promise<void> {
  await ensureObjects(client, [...rights(), clusterInfo(server, caCertificate)]);
  await client.create(secrets, tokenSecret(id, secret, expires));
}
