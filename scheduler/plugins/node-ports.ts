import type { HostPort } from '../state/pod-info.ts';
import type { Filter } from './plugin.ts';
import { reject } from './plugin.ts';

/** The wildcard address takes a port on all addresses. */
const ANY = '0.0.0.0';
const conflict = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === ANY || b.ip === ANY);

/** Keeps a pod off nodes where one of its host ports is taken. */
export const nodePorts: Filter = {
  name: 'NodePorts',
  prepare({ hostPorts }) {
    if (hostPorts.length === 0) return undefined;
    return ({ usedPorts }) => {
      for (const { port } of usedPorts.values()) {
        if (hostPorts.some((wanted) => conflict(wanted, port))) return TAKEN;
      }
      return undefined;
    };
  },
  events: ['NodeAdd', 'AssignedPodDelete'],
  hint(event, { hostPorts }) {
    if (event.name === 'NodeAdd') return true;
    return event.name === 'AssignedPodDelete' && event.pod.hostPorts.some((port) => hostPorts.some((wanted) => conflict(wanted, port)));
  },
};

const TAKEN = reject("node(s) didn't have free ports for the requested pod ports", true);
