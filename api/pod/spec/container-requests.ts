import { own, setOwn } from '../../../base/json.ts';
import { addQuantities, compareQuantities } from '../../schema/quantity.ts';
import type { Container } from '../container/container.ts';
import { isSidecar } from '../container/sidecar.ts';
import type { PodSpec } from './pod-spec.ts';

type Amounts = Record<string, string>;

function add(to: Amounts, from: Readonly<Amounts>): void {
  for (const name in from) {
    const amount = from[name] ?? '0';
    const there = own(to, name);
    setOwn(to, name, there === undefined ? amount : addQuantities(there, amount));
  }
}

function raise(to: Amounts, from: Readonly<Amounts>): void {
  for (const name in from) {
    const amount = from[name] ?? '0';
    const there = own(to, name);
    if (there === undefined || compareQuantities(amount, there) > 0) setOwn(to, name, amount);
  }
}

/**
 * Returns what all containers of a pod need at once: the running ones with their sidecars or, if that is more, the hungriest moment of
 * initialisation (https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/).
 */
export function aggregateContainers(spec: PodSpec, of: (container: Container) => Readonly<Amounts> | undefined): Amounts {
  const running: Amounts = {};
  const sidecars: Amounts = {};
  const initialising: Amounts = {};
  for (const container of spec.containers ?? []) add(running, of(container) ?? {});
  for (const container of spec.initContainers ?? []) {
    const own = of(container) ?? {};
    if (isSidecar(container)) {
      add(running, own);
      add(sidecars, own);
      raise(initialising, sidecars);
    } else {
      const moment = { ...sidecars };
      add(moment, own);
      raise(initialising, moment);
    }
  }
  raise(running, initialising);
  return running;
}
