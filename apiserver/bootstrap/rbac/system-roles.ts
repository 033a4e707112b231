import type { ClusterRole, ClusterRoleBinding } from '../../../api/kinds/rbac/index.ts';
import { account, clusterBinding, clusterRole, FOLLOW, group, named, READ, READ_WRITE, recordsEvents, rule, user } from './role-builder.ts';

/** The roles of components and of everybody (plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go). */
export const systemRoles: readonly ClusterRole[] = [
  clusterRole('cluster-admin', [rule('*').groups('*').resources('*'), rule('*').paths('*')]),
  clusterRole('system:auth-delegator', [
    rule('create').groups('authentication.k8s.io').resources('tokenreviews'),
    rule('create').groups('authorization.k8s.io').resources('subjectaccessreviews'),
  ]),
  clusterRole('system:basic-user', [
    rule('create').groups('authentication.k8s.io').resources('selfsubjectreviews'),
    rule('create').groups('authorization.k8s.io').resources('selfsubjectaccessreviews', 'selfsubjectrulesreviews'),
  ]),
  clusterRole('system:certificates.k8s.io:certificatesigningrequests:nodeclient', [
    rule('create').groups('certificates.k8s.io').resources('certificatesigningrequests/nodeclient'),
  ]),
  clusterRole('system:certificates.k8s.io:certificatesigningrequests:selfnodeclient', [
    rule('create').groups('certificates.k8s.io').resources('certificatesigningrequests/selfnodeclient'),
  ]),
  clusterRole('system:certificates.k8s.io:kube-apiserver-client-approver', [
    named(rule('approve').groups('certificates.k8s.io').resources('signers'), 'kubernetes.io/kube-apiserver-client'),
  ]),
  clusterRole('system:certificates.k8s.io:kube-apiserver-client-kubelet-approver', [
    named(rule('approve').groups('certificates.k8s.io').resources('signers'), 'kubernetes.io/kube-apiserver-client-kubelet'),
  ]),
  clusterRole('system:certificates.k8s.io:kubelet-serving-approver', [
    named(rule('approve').groups('certificates.k8s.io').resources('signers'), 'kubernetes.io/kubelet-serving'),
  ]),
  clusterRole('system:certificates.k8s.io:legacy-unknown-approver', [
    named(rule('approve').groups('certificates.k8s.io').resources('signers'), 'kubernetes.io/legacy-unknown'),
  ]),
  clusterRole('system:discovery', [
    rule('get').paths('/api', '/api/*', '/apis', '/apis/*', '/healthz', '/livez', '/openapi', '/openapi/*', '/readyz', '/version', '/version/'),
  ]),
  clusterRole('system:heapster', [
    rule(READ).groups('').resources('events', 'namespaces', 'nodes', 'pods'),
    rule(READ).groups('extensions').resources('deployments'),
  ]),
  clusterRole('system:kube-aggregator', [rule(READ).groups('').resources('endpoints', 'services')]),
  clusterRole('system:kube-controller-manager', [
    rule('get').groups('').resources('configmaps', 'namespaces'),
    recordsEvents,
    rule('get create update delete').groups('').resources('secrets'),
    rule('get create update').groups('').resources('serviceaccounts'),
    rule('create').groups('').resources('serviceaccounts/token'),
    rule(FOLLOW).groups('*').resources('*'),
    rule('create').groups('authentication.k8s.io').resources('tokenreviews'),
    rule('create').groups('authorization.k8s.io').resources('subjectaccessreviews'),
    rule('create').groups('coordination.k8s.io').resources('leases'),
    named(rule('get update').groups('coordination.k8s.io').resources('leases'), 'kube-controller-manager'),
  ]),
  clusterRole('system:kube-dns', [rule(FOLLOW).groups('').resources('endpoints', 'services')]),
  clusterRole('system:kube-scheduler', [
    rule('create').groups('').resources('bindings', 'pods/binding'),
    recordsEvents,
    rule(READ).groups('').resources('namespaces', 'nodes', 'persistentvolumeclaims', 'persistentvolumes', 'replicationcontrollers', 'services'),
    rule('get list watch delete').groups('').resources('pods'),
    rule('update').groups('').resources('pods/finalizers'),
    rule('update patch').groups('').resources('pods/status'),
    rule(READ).groups('apps').resources('replicasets', 'statefulsets'),
    rule('create').groups('authentication.k8s.io').resources('tokenreviews'),
    rule('create').groups('authorization.k8s.io').resources('subjectaccessreviews'),
    rule(READ_WRITE).groups('coordination.k8s.io').resources('leasecandidates'),
    rule('create').groups('coordination.k8s.io').resources('leases'),
    named(rule('get list watch update').groups('coordination.k8s.io').resources('leases'), 'kube-scheduler'),
    rule(READ).groups('extensions').resources('replicasets'),
    rule(READ).groups('policy').resources('poddisruptionbudgets'),
    rule(READ).groups('resource.k8s.io').resources('deviceclasses', 'resourceslices'),
    rule('get list watch create update patch delete').groups('resource.k8s.io').resources('resourceclaims'),
    rule('update patch').groups('resource.k8s.io').resources('resourceclaims/binding'),
    rule('get list watch update patch').groups('resource.k8s.io').resources('resourceclaims/status'),
    rule(READ).groups('storage.k8s.io').resources('csidrivers', 'csinodes', 'csistoragecapacities', 'volumeattachments'),
  ]),
  clusterRole('system:kubelet-api-admin', [
    rule('get list watch proxy').groups('').resources('nodes'),
    rule('*').groups('').resources('nodes/configz', 'nodes/healthz', 'nodes/log', 'nodes/metrics', 'nodes/pods', 'nodes/proxy', 'nodes/stats'),
  ]),
  clusterRole('system:monitoring', [
    rule('get').groups('').resources('flagz', 'nodes/metrics', 'statusz'),
    rule('get').paths('/healthz', '/healthz/*', '/livez', '/livez/*', '/metrics', '/metrics/slis', '/readyz', '/readyz/*'),
  ]),
  clusterRole('system:node', [
    rule(READ).groups('').resources('configmaps', 'secrets', 'services'),
    rule('get').groups('').resources('endpoints', 'persistentvolumeclaims', 'persistentvolumes', 'serviceaccounts'),
    recordsEvents,
    rule('get list watch create update patch').groups('').resources('nodes'),
    rule('update patch').groups('').resources('nodes/status', 'pods/status'),
    rule('get update patch').groups('').resources('persistentvolumeclaims/status'),
    rule('get list watch create delete').groups('').resources('pods'),
    rule('create').groups('').resources('pods/eviction', 'serviceaccounts/token'),
    rule('create').groups('authentication.k8s.io').resources('tokenreviews'),
    rule('create').groups('authorization.k8s.io').resources('localsubjectaccessreviews', 'subjectaccessreviews'),
    rule('get list watch create').groups('certificates.k8s.io').resources('certificatesigningrequests'),
    rule('get create update patch delete').groups('coordination.k8s.io').resources('leases'),
    rule(READ).groups('node.k8s.io').resources('runtimeclasses'),
    rule('get').groups('resource.k8s.io').resources('resourceclaims'),
    rule('deletecollection').groups('resource.k8s.io').resources('resourceslices'),
    rule(READ).groups('storage.k8s.io').resources('csidrivers'),
    rule('get create update patch delete').groups('storage.k8s.io').resources('csinodes'),
    rule('get').groups('storage.k8s.io').resources('volumeattachments'),
  ]),
  clusterRole('system:node-bootstrapper', [rule('get list watch create').groups('certificates.k8s.io').resources('certificatesigningrequests')]),
  clusterRole('system:node-problem-detector', [
    recordsEvents,
    rule('get').groups('').resources('nodes'),
    rule('patch').groups('').resources('nodes/status'),
  ]),
  clusterRole('system:node-proxier', [
    rule(FOLLOW).groups('').resources('endpoints', 'services'),
    recordsEvents,
    rule(READ).groups('').resources('nodes'),
    rule(FOLLOW).groups('discovery.k8s.io').resources('endpointslices'),
    rule(FOLLOW).groups('networking.k8s.io').resources('servicecidrs'),
  ]),
  clusterRole('system:persistent-volume-provisioner', [
    rule('watch create update patch').groups('').resources('events'),
    rule('get list watch update').groups('').resources('persistentvolumeclaims'),
    rule('get list watch create delete').groups('').resources('persistentvolumes'),
    rule('create update patch').groups('events.k8s.io').resources('events'),
    rule(READ).groups('storage.k8s.io').resources('storageclasses'),
  ]),
  clusterRole('system:public-info-viewer', [rule('get').paths('/healthz', '/livez', '/readyz', '/version', '/version/')]),
  clusterRole('system:service-account-issuer-discovery', [
    rule('get').paths('/.well-known/openid-configuration', '/.well-known/openid-configuration/', '/openid/v1/jwks', '/openid/v1/jwks/'),
  ]),
  clusterRole('system:volume-scheduler', [
    rule('get list watch update patch').groups('').resources('persistentvolumeclaims', 'persistentvolumes'),
    rule(READ).groups('storage.k8s.io').resources('storageclasses'),
  ]),
];

/** The holders of these roles. system:node is bound to nobody: the Node authorizer gives nodes their rights. */
export const systemBindings: readonly ClusterRoleBinding[] = [
  clusterBinding('cluster-admin', group('system:masters')),
  clusterBinding('system:monitoring', group('system:monitoring')),
  clusterBinding('system:discovery', group('system:authenticated')),
  clusterBinding('system:basic-user', group('system:authenticated')),
  clusterBinding('system:public-info-viewer', group('system:authenticated'), group('system:unauthenticated')),
  clusterBinding('system:node-proxier', user('system:kube-proxy')),
  clusterBinding('system:kube-controller-manager', user('system:kube-controller-manager')),
  clusterBinding('system:kube-dns', account('kube-dns')),
  clusterBinding('system:kube-scheduler', user('system:kube-scheduler')),
  clusterBinding('system:volume-scheduler', user('system:kube-scheduler')),
  clusterBinding('system:node'),
  clusterBinding('system:service-account-issuer-discovery', group('system:serviceaccounts')),
];
