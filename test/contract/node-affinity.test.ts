import { describe, expect, it } from '@jest/globals';
import { admitPod } from '../../agent/pod/manager/admission.ts';
import { sysctlAllowlist } from '../../agent/pod/manager/sysctl-allowlist.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { NodeSelectorTerm } from '../../api/pod/placement/affinity.ts';
import { nodeAffinity } from '../../scheduler/plugins/node-affinity.ts';
import { createClusterState } from '../../scheduler/state/cluster-state.ts';
import { node, pod } from '../../scheduler/state/objects.fixture.ts';
import { podInfoOf } from '../../scheduler/state/pod-info.ts';

const VALUES = ['8', '007', '1.5', ' 7', '0x10', '1e3', '-3', '+3', '', 'ssd', '9223372036854775807', '9223372036854775808', undefined];
const BOUNDS = ['4', '7', '1.5', ' 7', '0x10', '-3', '+3', '', 'ssd', '9223372036854775806', '9223372036854775808'];
const terms: NodeSelectorTerm[] = [
  {},
  ...['Gt', 'Lt', 'In', 'NotIn'].flatMap((operator) => BOUNDS.map((bound) => ({ matchExpressions: [{ key: 'k', operator, values: [bound] }] }))),
  ...['Exists', 'DoesNotExist', 'unknown'].map((operator) => ({ matchExpressions: [{ key: 'k', operator }] })),
  ...['In', 'NotIn', 'Exists'].flatMap((operator) =>
    [['n'], ['m'], ['m', 'n']].map((values) => ({ matchFields: [{ key: 'metadata.name', operator, values }] })),
  ),
];

/** The scheduler's answer: whether its filter lets the pod onto the node. */
function schedulerTakes(subject: Pod, subjectNode: ReturnType<typeof node>): boolean {
  const cluster = createClusterState();
  cluster.setNode(subjectNode);
  const info = cluster.node('n');
  if (!info) throw new Error('the node is not known');
  const check = nodeAffinity().prepare(podInfoOf(pod('p', { spec: subject.spec })), cluster);
  return check?.(info) === undefined;
}

const abilities = { supplementalGroupsPolicy: false, recursiveReadOnlyMounts: false, userNamespaces: false, appArmor: false, declaredFeatures: [] };

describe('the scheduler and the agent', () => {
  it.each(VALUES)('agree on which node selectors a node meets whose label is %j', (value) => {
    const subjectNode = node('n', { labels: value === undefined ? {} : { k: value } });
    const answers = terms.map((term) => {
      const subject = pod('p', {
        spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } } },
      });
      const agentTakes =
        admitPod(subject, {
          node: subjectNode,
          allocatable: {},
          others: [],
          abilities,
          sysctls: sysctlAllowlist(),
          pressure: [],
          isShuttingDown: false,
        })?.reason !== 'NodeAffinity';
      return { term, scheduler: schedulerTakes(subject, subjectNode), agent: agentTakes };
    });
    expect(answers.filter(({ scheduler, agent }) => scheduler !== agent)).toEqual([]);
    expect(new Set(answers.map(({ agent }) => agent))).toEqual(new Set([true, false]));
  });
});
