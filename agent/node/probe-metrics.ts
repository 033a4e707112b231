import type { Registry } from 'prom-client';
import { Counter, Histogram } from 'prom-client';
import type { PodMetrics, ProbeSubject } from '../contract/pod-metrics.ts';

/** kubelet's metrics of probes (pkg/kubelet/prober/prober_manager.go). Only a success shows how long an answer takes. */
export function createProbeMetrics(registry: Registry): Pick<PodMetrics, 'probed' | 'probeEnded'> {
  const registers = [registry];
  const duration = new Histogram({
    name: 'prober_probe_duration_seconds',
    help: 'How long probes that succeeded took.',
    labelNames: ['probe_type', 'container', 'pod', 'namespace'] as const,
    registers,
  });
  const total = new Counter({
    name: 'prober_probe_total',
    help: 'Probes by their results.',
    labelNames: ['probe_type', 'result', 'container', 'pod', 'namespace', 'pod_uid'] as const,
    registers,
  });
  const labelsOf = ({ pod, container, type }: ProbeSubject) => ({ probe_type: type, container, pod: pod.name, namespace: pod.namespace ?? '' });
  const countLabels = (subject: ProbeSubject, result: 'successful' | 'failed') => ({ ...labelsOf(subject), result, pod_uid: subject.pod.uid });
  return {
    probed(subject, ok, seconds) {
      total.inc(countLabels(subject, ok ? 'successful' : 'failed'));
      if (ok) duration.observe(labelsOf(subject), seconds);
    },
    probeEnded(subject) {
      duration.remove(labelsOf(subject));
      for (const result of ['successful', 'failed'] as const) total.remove(countLabels(subject, result));
    },
  };
}
