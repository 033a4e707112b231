import type { ClusterRole } from '../../../api/kinds/rbac/index.ts';
import { gathered, partOf, READ, READ_WRITE, rule, WRITE } from './role-builder.ts';

/** The roles that are given to people in their namespaces, and the parts that make them up (bootstrappolicy/policy.go). */
export const userRoles: readonly ClusterRole[] = [
  gathered('admin'),
  gathered('edit', 'admin'),
  gathered('view', 'edit'),
  partOf('admin', 'system:aggregate-to-admin', [
    rule('create').groups('authorization.k8s.io').resources('localsubjectaccessreviews'),
    rule(READ_WRITE).groups('rbac.authorization.k8s.io').resources('rolebindings', 'roles'),
  ]),
  partOf('edit', 'system:aggregate-to-edit', [
    rule(WRITE)
      .groups('')
      .resources('configmaps', 'events', 'persistentvolumeclaims', 'pods', 'replicationcontrollers', 'replicationcontrollers/scale', 'services'),
    rule(READ_WRITE).groups('').resources('pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy', 'secrets', 'services/proxy'),
    rule('create').groups('').resources('pods/eviction', 'serviceaccounts/token'),
    rule('create update patch delete deletecollection impersonate').groups('').resources('serviceaccounts'),
    rule(WRITE)
      .groups('apps')
      .resources(
        'daemonsets',
        'deployments',
        'deployments/rollback',
        'deployments/scale',
        'replicasets',
        'replicasets/scale',
        'statefulsets',
        'statefulsets/scale',
      ),
    rule(WRITE).groups('autoscaling').resources('horizontalpodautoscalers'),
    rule(WRITE).groups('batch').resources('cronjobs', 'jobs'),
    rule(READ_WRITE).groups('coordination.k8s.io').resources('leases'),
    rule(WRITE).groups('events.k8s.io').resources('events'),
    rule(WRITE)
      .groups('extensions')
      .resources(
        'daemonsets',
        'deployments',
        'deployments/rollback',
        'deployments/scale',
        'ingresses',
        'networkpolicies',
        'replicasets',
        'replicasets/scale',
        'replicationcontrollers/scale',
      ),
    rule(WRITE).groups('networking.k8s.io').resources('ingresses', 'networkpolicies'),
    rule(WRITE).groups('policy').resources('poddisruptionbudgets'),
    rule(WRITE).groups('resource.k8s.io').resources('resourceclaims', 'resourceclaimtemplates'),
  ]),
  partOf('view', 'system:aggregate-to-view', [
    rule(READ)
      .groups('')
      .resources(
        'bindings',
        'configmaps',
        'endpoints',
        'events',
        'limitranges',
        'namespaces',
        'namespaces/status',
        'persistentvolumeclaims',
        'persistentvolumeclaims/status',
        'pods',
        'pods/log',
        'pods/status',
        'replicationcontrollers',
        'replicationcontrollers/scale',
        'replicationcontrollers/status',
        'resourcequotas',
        'resourcequotas/status',
        'serviceaccounts',
        'services',
        'services/status',
      ),
    rule(READ)
      .groups('apps')
      .resources(
        'controllerrevisions',
        'daemonsets',
        'daemonsets/status',
        'deployments',
        'deployments/scale',
        'deployments/status',
        'replicasets',
        'replicasets/scale',
        'replicasets/status',
        'statefulsets',
        'statefulsets/scale',
        'statefulsets/status',
      ),
    rule(READ).groups('autoscaling').resources('horizontalpodautoscalers', 'horizontalpodautoscalers/status'),
    rule(READ).groups('batch').resources('cronjobs', 'cronjobs/status', 'jobs', 'jobs/status'),
    rule(READ).groups('discovery.k8s.io').resources('endpointslices'),
    rule(READ).groups('events.k8s.io').resources('events'),
    rule(READ)
      .groups('extensions')
      .resources(
        'daemonsets',
        'daemonsets/status',
        'deployments',
        'deployments/scale',
        'deployments/status',
        'ingresses',
        'ingresses/status',
        'networkpolicies',
        'replicasets',
        'replicasets/scale',
        'replicasets/status',
        'replicationcontrollers/scale',
      ),
    rule(READ).groups('networking.k8s.io').resources('ingresses', 'ingresses/status', 'networkpolicies'),
    rule(READ).groups('policy').resources('poddisruptionbudgets', 'poddisruptionbudgets/status'),
    rule(READ).groups('resource.k8s.io').resources('resourceclaims', 'resourceclaims/status', 'resourceclaimtemplates'),
  ]),
];
