import { settledWithin } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Store } from '../../store/store.ts';
import type { HealthCheck } from './health-routes.ts';

/** Upstream's --etcd-healthcheck-timeout and --etcd-readycheck-timeout. */
const STORE_LIMIT_MS = 2_000;

export interface ServerChecksOptions {
  readonly store: Pick<Store, 'probe'>;
  readonly clock: Clock;
  /** Upstream's names of post-start hooks, each with the work that it stands for. */
  readonly hooks: readonly StartHook[];
  /** Conditions that hold from some time after the start on; they stand among the hooks. */
  readonly boot?: readonly HealthCheck[];
  /** Whether the caches are filled. */
  readonly synced: () => boolean;
  readonly stopping: () => boolean;
  /** Returns why the log cannot be written; undefined if it can. */
  readonly logFault: () => string | undefined;
}

export interface StartHook {
  readonly name: string;
  readonly done: () => boolean;
}

/** Upstream's post-start hooks in the order in which it shows them (k8s.io/apiserver, pkg/kubeapiserver, apiextensions, kube-aggregator). */
const HOOKS = [
  'start-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'priority-and-fairness-config-consumer',
  'priority-and-fairness-filter',
  'storage-object-count-tracker-hook',
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'start-system-namespaces-controller',
  'start-cluster-authentication-info-controller',
  'start-kube-apiserver-identity-lease-controller',
  'start-kube-apiserver-identity-lease-garbage-collector',
  'storage-readiness',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'bootstrap-controller',
  'start-kubernetes-service-cidr-controller',
  'aggregator-reload-proxy-client-cert',
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-registration-controller',
  'apiservice-discovery-controller',
  'kube-apiserver-autoregistration',
  'autoregister-completion',
  'apiservice-openapi-controller',
  'apiservice-openapiv3-controller',
];
const placeOf = (name: string): number => (HOOKS.includes(name) ? HOOKS.indexOf(name) : HOOKS.length);

const hookCheck = ({ name, done }: StartHook): HealthCheck => ({
  name: `poststarthook/${name}`,
  check: () => (done() ? undefined : 'not finished'),
});

/** The conditions of a server's health, under upstream's names and in its order. */
export function serverChecks({ store, clock, hooks, boot = [], synced, stopping, logFault }: ServerChecksOptions): readonly HealthCheck[] {
  const check = storeCheck(store, clock);
  return [
    { name: 'log', check: logFault },
    { name: 'etcd', check },
    { name: 'etcd-readiness', for: ['readyz'], check },
    { name: 'informer-sync', for: ['readyz'], check: () => (synced() ? undefined : 'the caches are not filled yet') },
    ...[
      ...hooks.map((hook) => ({ place: placeOf(hook.name), check: hookCheck(hook) })),
      ...boot.map((one) => ({ place: placeOf(one.name), check: one })),
    ]
      .sort((a, b) => a.place - b.place)
      .map((one) => one.check),
    { name: 'shutdown', for: ['readyz'], check: () => (stopping() ? 'process is shutting down' : undefined) },
  ];
}

/** Checks that the store answers in time and takes writes. Checks at the same time share one probe. */
export function storeCheck(store: Pick<Store, 'probe'>, clock: Clock): () => Promise<string | undefined> {
  let running: Promise<void> | undefined;
  return async () => {
    running ??= store.probe().finally(() => {
      running = undefined;
    });
    const probe = running;
    if (!(await settledWithin(clock, STORE_LIMIT_MS, probe))) return `the store has not answered for ${STORE_LIMIT_MS / 1000} s`;
    return probe.then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  };
}
