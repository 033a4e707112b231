import { tolerates } from '../../api/pod/placement/toleration.ts';
import type { HostPort } from '../state/pod-info.ts';
import type { Filter } from './plugin.ts';
import { reject } from './plugin.ts';

const UNSCHEDULABLE = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

export const nodeUnschedulable: Filter = {
  name: 'NodeUnschedulable',
  prepare({ pod }) {
    if (pod.spec?.tolerations?.some((toleration) => tolerates(toleration, UNSCHEDULABLE))) return undefined;
    return ({ node }) => (node?.spec?.unschedulable ? reject('node(s) were unschedulable', false) : undefined);
  },
};

export const nodeName: Filter = {
  name: 'NodeName',
  prepare({ pod }) {
    const wanted = pod.spec?.nodeName;
    if (!wanted) return undefined;
    return ({ name }) => (name === wanted ? undefined : reject("node(s) didn't match the requested node name", false));
  },
};

/** The wildcard address takes a port on all addresses. */
const ANY = '0.0.0.0';
export const portsConflict = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === ANY || b.ip === ANY);

export const nodePorts: Filter = {
  name: 'NodePorts',
  prepare({ hostPorts }) {
    if (hostPorts.length === 0) return undefined;
    return ({ usedPorts }) => {
      for (const { port } of usedPorts.values()) {
        if (hostPorts.some((wanted) => portsConflict(wanted, port)))
          return reject("node(s) didn't have free ports for the requested pod ports", true);
      }
      return undefined;
    };
  },
};
