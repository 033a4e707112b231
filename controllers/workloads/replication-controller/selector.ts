import type { ReplicationController } from '../../../api/kinds/core/replication-controller.ts';
import type { LabelSelector } from '../../../api/meta/label-selector.ts';

const selectorFor = (labels: Record<string, string> | undefined): LabelSelector | undefined =>
  labels === undefined || Object.keys(labels).length === 0 ? undefined : { matchLabels: labels };

/**
 * Returns the labels that a ReplicationController selects as a selector; undefined if it selects nothing. An empty selector stands for
 * the labels of the template: upstream's default, which custom resources do not get.
 */
export const selectorOf = ({ spec }: ReplicationController): LabelSelector | undefined =>
  selectorFor(spec?.selector) ?? selectorFor(spec?.template?.metadata?.labels);
