import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import type { Labels } from '../../../api/selector/selector.ts';
import { ANNOTATION } from '../../contract/runtime-labels.ts';
import type { PolicyPod } from './policy-pod.ts';
import { policyPod } from './policy-pod.ts';

/** A pod's sandbox whose network is set up. */
export interface StartedSandbox {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** The pod's, and those that the node adds: no selector names the latter. */
  readonly labels: Labels;
  /** IPv4. */
  readonly address: string;
}

/**
 * Joins what the API and the node know of this node's pods: the node knows an address before the API does, and knows a static pod whose mirror
 * the API does not have yet. An address belongs to the pod that started with it last.
 */
export interface LocalPods {
  /** Notes a pod as the API shows it. */
  show(pod: Live<Pod>): void;
  hide(pod: Live<Pod>): void;
  started(sandbox: StartedSandbox): void;
}

/** `changed` receives what a pod, by `namespace/name`, is now. */
export function createLocalPods(changed: (key: string, pod: PolicyPod | undefined) => void): LocalPods {
  const shown = new Map<string, Live<Pod>>();
  const sandboxes = new Map<string, StartedSandbox>();
  /** By address: the UID of the pod that started with it last. */
  const holders = new Map<string, string>();

  // A mirror stands for the static pod whose UID it names.
  const uidOf = ({ metadata }: Live<Pod>): string => metadata.annotations?.[ANNOTATION.configMirror] ?? metadata.uid;
  const isHeldByOther = (address: string | undefined, uid: string): boolean =>
    address !== undefined && holders.has(address) && holders.get(address) !== uid;

  const factsOf = (key: string): PolicyPod | undefined => {
    const pod = shown.get(key);
    const sandbox = sandboxes.get(key);
    if (!pod) return sandbox && { ...sandboxFacts(sandbox), address: isHeldByOther(sandbox.address, sandbox.uid) ? undefined : sandbox.address };
    const uid = uidOf(pod);
    const facts = policyPod(pod, true, sandbox?.uid === uid ? sandbox.address : undefined);
    return facts && isHeldByOther(facts.address, uid) ? { ...facts, address: undefined } : facts;
  };
  const tell = (key: string) => changed(key, factsOf(key));
  const forget = (key: string, sandbox: StartedSandbox) => {
    sandboxes.delete(key);
    if (holders.get(sandbox.address) === sandbox.uid) holders.delete(sandbox.address);
  };

  return {
    show(pod) {
      const key = keyText(keyOf(pod));
      shown.set(key, pod);
      tell(key);
    },
    hide(pod) {
      const key = keyText(keyOf(pod));
      shown.delete(key);
      const sandbox = sandboxes.get(key);
      // The sandbox of a static pod may be newer than the mirror that goes.
      if (sandbox && (sandbox.uid === uidOf(pod) || uidOf(pod) === pod.metadata.uid)) forget(key, sandbox);
      tell(key);
    },
    started(sandbox) {
      const key = keyText(sandbox);
      const before = sandboxes.get(key);
      if (before) forget(key, before);
      sandboxes.set(key, sandbox);
      holders.set(sandbox.address, sandbox.uid);
      // Others that had the address do not have it any more. A node has a few hundred pods at most.
      for (const [other, pod] of shown) if (other !== key && pod.status?.podIP === sandbox.address) tell(other);
      for (const [other, { address }] of sandboxes) if (other !== key && address === sandbox.address) tell(other);
      tell(key);
    },
  };
}

const sandboxFacts = ({ namespace, labels, address }: StartedSandbox): PolicyPod => ({ namespace, labels, address, isLocal: true, namedPorts: [] });
