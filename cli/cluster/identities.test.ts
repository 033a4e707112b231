import { describe, expect, it } from '@jest/globals';
import { controllerBindings } from '../../apiserver/bootstrap/rbac/controller-roles.ts';
import { namespaceBindings } from '../../apiserver/bootstrap/rbac/namespace-roles.ts';
import { ownBindings } from '../../apiserver/bootstrap/rbac/own-roles.ts';
import { listedKinds } from '../../controllers/_shared/served-kinds.ts';
import { homeControllers } from '../../controllers/index.ts';
import { controllerUser, nodeUser, schedulerUser } from './identities.ts';

const SERVICE_ACCOUNTS = ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'];

describe('the identities of the control plane', () => {
  it('are those that upstream binds its roles to', () => {
    const users = homeControllers({ served: listedKinds([]), rootCaPem: '', signing: { ca: { certificate: '', key: '' } } }).map(({ name }) =>
      controllerUser(name),
    );
    const accounts = users.filter(({ name }) => name.startsWith('system:serviceaccount:kube-system:'));
    for (const { groups } of accounts) expect(groups).toEqual(SERVICE_ACCOUNTS);
    expect([...new Set(accounts.map(({ name }) => name.split(':').at(-1)))].sort()).toEqual([
      'attachdetach-controller',
      'bootstrap-signer',
      'certificate-controller',
      'clusterrole-aggregation-controller',
      'cronjob-controller',
      'daemon-set-controller',
      'deployment-controller',
      'device-taint-eviction-controller',
      'disruption-controller',
      'endpoint-controller',
      'endpointslice-controller',
      'endpointslicemirroring-controller',
      'ephemeral-volume-controller',
      'expand-controller',
      'generic-garbage-collector',
      'horizontal-pod-autoscaler',
      'job-controller',
      'local-path-provisioner',
      'namespace-controller',
      'node-certificate-approver',
      'node-controller',
      'persistent-volume-binder',
      'pod-garbage-collector',
      'pv-protection-controller',
      'pvc-protection-controller',
      'replicaset-controller',
      'replication-controller',
      'resource-claim-controller',
      'resourcequota-controller',
      'root-ca-cert-publisher',
      'service-account-controller',
      'service-cidrs-controller',
      'service-controller',
      'statefulset-controller',
      'token-cleaner',
      'ttl-after-finished-controller',
      'ttl-controller',
      'volumeattributesclass-protection-controller',
    ]);
    const bindings = [...controllerBindings, ...namespaceBindings, ...ownBindings];
    const bound = bindings.flatMap(({ subjects = [] }) => subjects.map(({ name }) => `system:serviceaccount:kube-system:${name}`));
    for (const { name } of accounts) expect(bound).toContain(name);
    expect(users.filter((user) => !accounts.includes(user))).toEqual([{ name: 'system:kube-controller-manager', groups: ['system:authenticated'] }]);
  });

  it('are no masters', () => {
    expect(schedulerUser).toEqual({ name: 'system:kube-scheduler', groups: ['system:authenticated'] });
    expect(nodeUser('n1')).toEqual({ name: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] });
  });
});
