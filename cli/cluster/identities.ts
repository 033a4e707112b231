import { AUTHENTICATED } from '../../apiserver/authn/groups.ts';
import { serviceAccountUser } from '../../apiserver/authn/service-account-token.ts';
import type { UserInfo } from '../../apiserver/contract/request.ts';

/** The component that writes of controllers are tracked under, as upstream's are. */
export const CONTROLLER_MANAGER = 'kube-controller-manager';

const authenticated = (name: string, ...groups: readonly string[]): UserInfo => ({ name, groups: [...groups, AUTHENTICATED] });

/** The identity of the process that holds the controllers: it elects, lists and watches for all of them. */
export const controllerManagerUser = authenticated('system:kube-controller-manager');
export const schedulerUser = authenticated('system:kube-scheduler');
export const nodeUser = (nodeName: string): UserInfo => authenticated(`system:node:${nodeName}`, 'system:nodes');

/** The service account of skiff's own provisioner, which upstream has none of. */
export const LOCAL_PATH_PROVISIONER = 'local-path-provisioner';

/**
 * Service accounts in kube-system whose names are not those of their controllers
 * (plugin/pkg/auth/authorizer/rbac/bootstrappolicy/controller_policy.go).
 */
const SERVICE_ACCOUNTS: Readonly<Record<string, string>> = {
  'bootstrap-signer-controller': 'bootstrap-signer',
  'certificatesigningrequest-approving-controller': 'certificate-controller',
  'certificatesigningrequest-cleaner-controller': 'certificate-controller',
  'certificatesigningrequest-signing-controller': 'certificate-controller',
  'daemonset-controller': 'daemon-set-controller',
  'endpoints-controller': 'endpoint-controller',
  'endpointslice-mirroring-controller': 'endpointslicemirroring-controller',
  'garbage-collector-controller': 'generic-garbage-collector',
  'horizontal-pod-autoscaler-controller': 'horizontal-pod-autoscaler',
  'kube-proxy-client-approving-controller': 'node-certificate-approver',
  'kubelet-serving-approving-controller': 'node-certificate-approver',
  'local-path-class-controller': LOCAL_PATH_PROVISIONER,
  'local-path-provisioner-controller': LOCAL_PATH_PROVISIONER,
  'node-ipam-controller': 'node-controller',
  'node-lifecycle-controller': 'node-controller',
  'persistentvolume-attach-detach-controller': 'attachdetach-controller',
  'persistentvolume-binder-controller': 'persistent-volume-binder',
  'persistentvolume-expander-controller': 'expand-controller',
  'persistentvolume-protection-controller': 'pv-protection-controller',
  'persistentvolumeclaim-protection-controller': 'pvc-protection-controller',
  'pod-garbage-collector-controller': 'pod-garbage-collector',
  'replicationcontroller-controller': 'replication-controller',
  'resourceclaim-controller': 'resource-claim-controller',
  'root-ca-certificate-publisher-controller': 'root-ca-cert-publisher',
  'service-cidr-controller': 'service-cidrs-controller',
  'service-lb-controller': 'service-controller',
  'serviceaccount-controller': 'service-account-controller',
  'taint-eviction-controller': 'node-controller',
  'token-cleaner-controller': 'token-cleaner',
};

/** Makes service accounts' tokens: as upstream, it cannot depend on having one. */
const WITHOUT_ACCOUNT = 'serviceaccount-token-controller';

/** The service account in kube-system that a controller acts as, by the controller's name; undefined for the one that acts as the process. */
export const controllerAccount = (controller: string): string | undefined =>
  controller === WITHOUT_ACCOUNT ? undefined : (SERVICE_ACCOUNTS[controller] ?? controller);

/** The identity that a controller acts under, by the controller's name. */
export function controllerUser(controller: string): UserInfo {
  const account = controllerAccount(controller);
  if (account === undefined) return controllerManagerUser;
  const { name, groups } = serviceAccountUser('kube-system', account);
  return authenticated(name, ...groups);
}
