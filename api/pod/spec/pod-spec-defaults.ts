import { defaultContainer, roundAmounts } from '../container/container-defaults.ts';
import { defaultVolume } from '../volume/volume-defaults.ts';
import type { PodSpec } from './pod-spec.ts';

/** Fills in the defaults of every pod spec, of pods and of templates. Those of pods only stand with the Pod kind. */
export function defaultPodSpec(spec: PodSpec): void {
  // The older name of the account is served beside the newer one, with the same value.
  const account = spec.serviceAccountName || spec.serviceAccount;
  if (account) {
    spec.serviceAccountName = account;
    spec.serviceAccount = account;
  }
  spec.dnsPolicy ||= 'ClusterFirst';
  spec.restartPolicy ||= 'Always';
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  spec.schedulerName ||= 'default-scheduler';
  roundAmounts(spec.overhead);
  if (spec.volumes) for (const volume of spec.volumes) defaultVolume(volume);
  for (const container of spec.containers ?? []) defaultContainer(container);
  if (spec.initContainers) for (const container of spec.initContainers) defaultContainer(container);
  if (spec.ephemeralContainers) for (const container of spec.ephemeralContainers) defaultContainer(container);
}
