import type { Registry } from 'prom-client';
import { Counter } from 'prom-client';
import { KUBERNETES_VERSION } from '../../../api/meta/version.ts';
import type { LevelVersion, Mode } from './policy.ts';

/** The minor version of Kubernetes that the server is of; policies of later ones are counted as `future`. */
const KNOWN_MINOR = Number(KUBERNETES_VERSION.split('.')[1]);

/** The decision about an object, as metrics tell of it. */
export interface EvaluatedRequest {
  readonly verb: string;
  readonly resource: 'pod' | 'namespace' | 'controller';
  readonly subresource: string;
}

/** Counts what Pod Security does (k8s.io/pod-security-admission/metrics). */
export interface PodSecurityMetrics {
  evaluated(decision: 'allow' | 'deny', policy: LevelVersion, mode: Mode, request: EvaluatedRequest): void;
  /** Counts a pod in a namespace that allows everything: most are, so it costs an addition. */
  allowedPrivileged(verb: string, subresource: string): void;
  exempted(request: EvaluatedRequest): void;
  /** Counts an error; a fatal one refuses the request. */
  failed(isFatal: boolean, request: EvaluatedRequest): void;
}

/** Counts nothing: for servers whose metrics nobody reads. */
export const NO_METRICS: PodSecurityMetrics = { evaluated() {}, allowedPrivileged() {}, exempted() {}, failed() {} };

const REQUEST = ['request_operation', 'resource', 'subresource'];
const ANYTHING: LevelVersion = { level: 'privileged', version: 'latest' };

function versionLabel({ level, version }: LevelVersion): string {
  if (version === 'latest' || level === 'privileged') return 'latest';
  return version <= KNOWN_MINOR ? `v1.${version}` : 'future';
}

const requestLabels = ({ verb, resource, subresource }: EvaluatedRequest) => ({ request_operation: verb, resource, subresource });

/** Registers the metrics of Pod Security under upstream's names. Series that upstream shows from the start are there from the start. */
export function podSecurityMetrics(registry: Registry): PodSecurityMetrics {
  const registers = [registry];
  const privileged: { readonly verb: string; readonly subresource: string; count: number }[] = [];
  const evaluations = new Counter({
    name: 'pod_security_evaluations_total',
    help: 'Evaluations of policies, without those of requests that are ignored or exempt.',
    labelNames: ['decision', 'policy_level', 'policy_version', 'mode', ...REQUEST],
    registers,
    collect() {
      for (const entry of privileged) {
        const { verb, subresource, count } = entry;
        this.inc(evaluationLabels('allow', ANYTHING, 'enforce', { verb, resource: 'pod', subresource }), count);
        entry.count = 0;
      }
    },
  });
  const exemptions = new Counter({
    name: 'pod_security_exemptions_total',
    help: 'Requests that are exempt, without those that are ignored.',
    labelNames: REQUEST,
    registers,
  });
  const errors = new Counter({
    name: 'pod_security_errors_total',
    help: 'Errors that prevent the usual evaluation; if they are not fatal, the latest restricted policy may stand in.',
    labelNames: ['fatal', ...REQUEST],
    registers,
  });

  function privilegedEntry(verb: string, subresource: string) {
    const entry = { verb, subresource, count: 0 };
    privileged.push(entry);
    return entry;
  }
  for (const verb of ['create', 'update']) {
    privilegedEntry(verb, '');
    for (const resource of ['pod', 'controller'] as const) exemptions.inc(requestLabels({ verb, resource, subresource: '' }), 0);
  }

  return {
    evaluated: (decision, policy, mode, request) => evaluations.inc(evaluationLabels(decision, policy, mode, request)),
    allowedPrivileged(verb, subresource) {
      for (const entry of privileged) {
        if (entry.verb !== verb || entry.subresource !== subresource) continue;
        entry.count++;
        return;
      }
      privilegedEntry(verb, subresource).count++;
    },
    exempted: (request) => exemptions.inc(requestLabels(request)),
    failed: (isFatal, request) => errors.inc({ fatal: String(isFatal), ...requestLabels(request) }),
  };
}

const evaluationLabels = (decision: string, policy: LevelVersion, mode: Mode, request: EvaluatedRequest) => ({
  decision,
  policy_level: policy.level,
  policy_version: versionLabel(policy),
  mode,
  ...requestLabels(request),
});
