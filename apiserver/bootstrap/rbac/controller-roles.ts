import type { ClusterRole, ClusterRoleBinding, PolicyRule } from '../../../api/kinds/rbac/index.ts';
import { account, clusterBinding, clusterRole, FOLLOW, named, READ, recordsEvents, rule } from './role-builder.ts';

const controllerRole = (name: string, rules: readonly PolicyRule[]) => ({ name, role: clusterRole(`system:controller:${name}`, rules) });

/** The rights of each controller (bootstrappolicy/controller_policy.go), by the name of its service account. */
const controllers = [
  controllerRole('attachdetach-controller', [
    recordsEvents,
    rule(READ).groups('').resources('nodes'),
    rule('update patch').groups('').resources('nodes/status'),
    rule(FOLLOW).groups('').resources('persistentvolumeclaims', 'persistentvolumes', 'pods'),
    rule(READ).groups('storage.k8s.io').resources('csidrivers', 'csinodes'),
    rule('get list watch create delete').groups('storage.k8s.io').resources('volumeattachments'),
  ]),
  controllerRole('certificate-controller', [
    recordsEvents,
    rule('create').groups('authorization.k8s.io').resources('subjectaccessreviews'),
    rule('get list watch delete').groups('certificates.k8s.io').resources('certificatesigningrequests'),
    rule('update').groups('certificates.k8s.io').resources('certificatesigningrequests/approval', 'certificatesigningrequests/status'),
    named(rule('approve sign').groups('certificates.k8s.io').resources('signers'), 'kubernetes.io/kube-apiserver-client-kubelet'),
    named(
      rule('sign').groups('certificates.k8s.io').resources('signers'),
      'kubernetes.io/kube-apiserver-client',
      'kubernetes.io/kubelet-serving',
      'kubernetes.io/legacy-unknown',
    ),
  ]),
  controllerRole('clusterrole-aggregation-controller', [
    rule('get list watch update patch escalate').groups('rbac.authorization.k8s.io').resources('clusterroles'),
  ]),
  controllerRole('cronjob-controller', [
    recordsEvents,
    rule('list watch delete').groups('').resources('pods'),
    rule('get list watch update').groups('batch').resources('cronjobs'),
    rule('update').groups('batch').resources('cronjobs/finalizers', 'cronjobs/status'),
    rule('get list watch create update patch delete').groups('batch').resources('jobs'),
  ]),
  controllerRole('daemon-set-controller', [
    recordsEvents,
    rule(FOLLOW).groups('').resources('nodes'),
    rule('list watch create patch delete').groups('').resources('pods'),
    rule('create').groups('').resources('pods/binding'),
    rule('get list watch create update patch delete').groups('apps').resources('controllerrevisions'),
    rule(READ).groups('apps', 'extensions').resources('daemonsets'),
    rule('update').groups('apps', 'extensions').resources('daemonsets/finalizers', 'daemonsets/status'),
  ]),
  controllerRole('deployment-controller', [
    recordsEvents,
    rule('get list watch update').groups('').resources('pods'),
    rule('get list watch update').groups('apps', 'extensions').resources('deployments'),
    rule('update').groups('apps', 'extensions').resources('deployments/finalizers', 'deployments/status'),
    rule('get list watch create update patch delete').groups('apps', 'extensions').resources('replicasets'),
  ]),
  controllerRole('device-taint-eviction-controller', [
    recordsEvents,
    rule('get list watch delete').groups('').resources('pods'),
    rule('update patch').groups('').resources('pods/status'),
    rule(READ).groups('resource.k8s.io').resources('deviceclasses', 'resourceclaims', 'resourceslices'),
  ]),
  controllerRole('disruption-controller', [
    recordsEvents,
    rule('update patch').groups('').resources('pods/status'),
    rule(READ).groups('').resources('replicationcontrollers'),
    rule('get').groups('*').resources('*/scale'),
    rule(READ).groups('apps').resources('deployments', 'replicasets', 'statefulsets'),
    rule(READ).groups('extensions').resources('deployments', 'replicasets'),
    rule(READ).groups('policy').resources('poddisruptionbudgets'),
    rule('update').groups('policy').resources('poddisruptionbudgets/status'),
  ]),
  controllerRole('endpoint-controller', [
    rule('get list watch create update delete').groups('').resources('endpoints'),
    rule('create').groups('').resources('endpoints/restricted'),
    recordsEvents,
    rule(READ).groups('').resources('pods', 'services'),
  ]),
  controllerRole('endpointslice-controller', [
    recordsEvents,
    rule(READ).groups('').resources('nodes', 'pods', 'services'),
    rule('update').groups('').resources('services/finalizers'),
    rule('get list watch create update delete').groups('discovery.k8s.io').resources('endpointslices'),
    rule('create').groups('discovery.k8s.io').resources('endpointslices/restricted'),
  ]),
  controllerRole('endpointslicemirroring-controller', [
    rule(READ).groups('').resources('endpoints', 'services'),
    rule('update').groups('').resources('endpoints/finalizers', 'services/finalizers'),
    recordsEvents,
    rule('get list watch create update delete').groups('discovery.k8s.io').resources('endpointslices'),
    rule('create').groups('discovery.k8s.io').resources('endpointslices/restricted'),
  ]),
  controllerRole('ephemeral-volume-controller', [
    recordsEvents,
    rule('get list watch create').groups('').resources('persistentvolumeclaims'),
    rule(READ).groups('').resources('pods'),
    rule('update').groups('').resources('pods/finalizers'),
  ]),
  controllerRole('expand-controller', [
    recordsEvents,
    rule(READ).groups('').resources('persistentvolumeclaims'),
    rule('update patch').groups('').resources('persistentvolumeclaims/status'),
    rule('get list watch update patch').groups('').resources('persistentvolumes'),
  ]),
  controllerRole('generic-garbage-collector', [recordsEvents, rule('get list watch update patch delete').groups('*').resources('*')]),
  controllerRole('horizontal-pod-autoscaler', [
    recordsEvents,
    rule(FOLLOW).groups('', 'metrics.k8s.io').resources('pods'),
    rule('get update').groups('*').resources('*/scale'),
    rule(READ).groups('autoscaling').resources('horizontalpodautoscalers'),
    rule('update').groups('autoscaling').resources('horizontalpodautoscalers/status'),
    rule(READ).groups('custom.metrics.k8s.io', 'external.metrics.k8s.io').resources('*'),
  ]),
  controllerRole('job-controller', [
    recordsEvents,
    rule('list watch create patch delete').groups('').resources('pods'),
    rule('get list watch update patch').groups('batch').resources('jobs'),
    rule('update').groups('batch').resources('jobs/finalizers', 'jobs/status'),
  ]),
  controllerRole('legacy-service-account-token-cleaner', [
    named(rule('get').groups('').resources('configmaps'), 'kube-apiserver-legacy-service-account-token-tracking'),
    rule('patch delete').groups('').resources('secrets'),
  ]),
  controllerRole('namespace-controller', [
    rule('get list watch delete').groups('').resources('namespaces'),
    rule('update').groups('').resources('namespaces/finalize', 'namespaces/status'),
    rule('get list watch delete deletecollection').groups('*').resources('*'),
  ]),
  controllerRole('node-controller', [
    recordsEvents,
    rule('get list watch update patch delete').groups('').resources('nodes'),
    rule('update patch').groups('').resources('nodes/status', 'pods/status'),
    rule('get list watch delete').groups('').resources('pods'),
  ]),
  controllerRole('persistent-volume-binder', [
    rule('watch create update patch').groups('').resources('events'),
    rule(FOLLOW).groups('').resources('nodes'),
    rule('get list watch update').groups('').resources('persistentvolumeclaims'),
    rule('update').groups('').resources('persistentvolumeclaims/status', 'persistentvolumes/status'),
    rule('get list watch create update delete').groups('').resources('persistentvolumes'),
    rule('get list watch create delete').groups('').resources('pods'),
    rule('create update patch').groups('events.k8s.io').resources('events'),
    rule(READ).groups('storage.k8s.io').resources('storageclasses'),
  ]),
  controllerRole('pod-garbage-collector', [
    rule(READ).groups('').resources('nodes'),
    rule('list watch delete').groups('').resources('pods'),
    rule('patch').groups('').resources('pods/status'),
  ]),
  controllerRole('pv-protection-controller', [recordsEvents, rule('get list watch update').groups('').resources('persistentvolumes')]),
  controllerRole('pvc-protection-controller', [
    recordsEvents,
    rule('get list watch update').groups('').resources('persistentvolumeclaims'),
    rule('update').groups('').resources('persistentvolumeclaims/status'),
    rule(READ).groups('').resources('pods'),
  ]),
  controllerRole('replicaset-controller', [
    recordsEvents,
    rule('list watch create patch delete').groups('').resources('pods'),
    rule('get list watch update').groups('apps', 'extensions').resources('replicasets'),
    rule('update').groups('apps', 'extensions').resources('replicasets/finalizers', 'replicasets/status'),
  ]),
  controllerRole('replication-controller', [
    recordsEvents,
    rule('list watch create patch delete').groups('').resources('pods'),
    rule('get list watch update').groups('').resources('replicationcontrollers'),
    rule('update').groups('').resources('replicationcontrollers/finalizers', 'replicationcontrollers/status'),
  ]),
  controllerRole('resource-claim-controller', [
    recordsEvents,
    rule(READ).groups('').resources('pods'),
    rule('update').groups('').resources('pods/finalizers'),
    rule('update patch').groups('').resources('pods/status'),
    rule('get list watch create update patch delete').groups('resource.k8s.io').resources('resourceclaims'),
    rule('update patch').groups('resource.k8s.io').resources('resourceclaims/binding', 'resourceclaims/status'),
  ]),
  controllerRole('resourcequota-controller', [
    recordsEvents,
    rule('update').groups('').resources('resourcequotas/status'),
    rule(FOLLOW).groups('*').resources('*'),
  ]),
  controllerRole('root-ca-cert-publisher', [rule('create update').groups('').resources('configmaps'), recordsEvents]),
  controllerRole('route-controller', [recordsEvents, rule(FOLLOW).groups('').resources('nodes'), rule('patch').groups('').resources('nodes/status')]),
  controllerRole('selinux-warning-controller', [
    recordsEvents,
    rule(READ).groups('').resources('persistentvolumeclaims', 'persistentvolumes', 'pods'),
    rule(READ).groups('storage.k8s.io').resources('csidrivers'),
  ]),
  controllerRole('service-account-controller', [recordsEvents, rule('create').groups('').resources('serviceaccounts')]),
  controllerRole('service-cidrs-controller', [
    recordsEvents,
    rule(READ).groups('networking.k8s.io').resources('ipaddresses'),
    rule('get list watch update patch').groups('networking.k8s.io').resources('servicecidrs'),
    rule('update patch').groups('networking.k8s.io').resources('servicecidrs/finalizers', 'servicecidrs/status'),
  ]),
  controllerRole('service-controller', [
    recordsEvents,
    rule(FOLLOW).groups('').resources('nodes'),
    rule(READ).groups('').resources('services'),
    rule('update patch').groups('').resources('services/status'),
  ]),
  controllerRole('statefulset-controller', [
    recordsEvents,
    rule('get list watch create update delete').groups('').resources('persistentvolumeclaims'),
    rule('get list watch create update patch delete').groups('').resources('pods'),
    rule('update').groups('').resources('pods/finalizers'),
    rule('get list watch create update patch delete').groups('apps').resources('controllerrevisions'),
    rule(READ).groups('apps').resources('statefulsets'),
    rule('update').groups('apps').resources('statefulsets/finalizers', 'statefulsets/status'),
  ]),
  controllerRole('ttl-after-finished-controller', [recordsEvents, rule('get list watch delete').groups('batch').resources('jobs')]),
  controllerRole('ttl-controller', [recordsEvents, rule('list watch update patch').groups('').resources('nodes')]),
  controllerRole('validatingadmissionpolicy-status-controller', [
    recordsEvents,
    rule(READ).groups('admissionregistration.k8s.io').resources('validatingadmissionpolicies'),
    rule('get update patch').groups('admissionregistration.k8s.io').resources('validatingadmissionpolicies/status'),
  ]),
  controllerRole('volumeattributesclass-protection-controller', [
    recordsEvents,
    rule(READ).groups('').resources('persistentvolumeclaims', 'persistentvolumes'),
    rule('get list watch update').groups('storage.k8s.io').resources('volumeattributesclasses'),
  ]),
];

export const controllerRoles: readonly ClusterRole[] = controllers.map(({ role }) => role);

/** Each controller's service account holds the role of its name. */
export const controllerBindings: readonly ClusterRoleBinding[] = controllers.map(({ name }) =>
  clusterBinding(`system:controller:${name}`, account(name)),
);
