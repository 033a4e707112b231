import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { createDnsMetrics } from '../../agent/network/dns/metrics.ts';
import { createProxyMetrics } from '../../agent/network/proxy/metrics.ts';
import { eventually } from '../../cli/cluster/eventually.ts';
import { deployment } from '../support/manifests.ts';
import { dashboardQueries, metricsIn } from '../support/metrics/dashboard-queries.ts';
import { familiesOf, promtoolComplaints, sampleNames } from '../support/metrics/metric-families.ts';
import type { SecondHome } from '../support/second-home/second-home.ts';
import { startSecondHome } from '../support/second-home/second-home.ts';

let home: SecondHome;
const scraped: Record<string, string> = {};
beforeAll(async () => {
  home = await startSecondHome();
  const controllers = await home.startReplica();
  const kubectl = home.kubectl.in('default');
  await kubectl.input({ ...deployment('web', 2), apiVersion: 'skiff.dev/v1' }, 'create', '-f', '-');
  await eventually(async () => expect(await kubectl.path('{.status.availableReplicas}', 'deployments.skiff.dev', 'web')).toBe('2'));
  const resources = { requests: { cpu: '10m' }, limits: { cpu: '20m' } };
  const sized = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'sized' }, spec: { containers: [{ name: 'main', image: 'app', resources }] } };
  await kubectl.input(sized, 'create', '-f', '-');
  // The node lifecycle controller looks every five seconds; scheduler and agent may learn of a pod, or be through with it, a little later.
  scraped.server = await shown('/metrics', 'node_collector_zone_health{');
  scraped.pods = await shown('/metrics/resources', 'pod="sized"');
  scraped.agent = await shown('/api/v1/nodes/node-0/proxy/metrics', 'kubelet_pod_worker_duration_seconds_bucket{');
  scraped.controllers = await (await fetch(`${controllers.url}/metrics`)).text();
  const network = new Registry();
  const dns = createDnsMetrics(network, 'dns://:53');
  dns.answered('udp', 'A', 'NOERROR', 'cluster.local.', 0.001);
  dns.forwarded('192.0.2.1:53', 'NOERROR', 0.01);
  const proxy = createProxyMetrics(network);
  proxy.synced(0.01, true);
  proxy.programmed(0.02);
  scraped.network = await network.metrics();
});
afterAll(() => home?.stop());

/** Returns what the server shows at a path once it contains a text. */
const shown = (path: string, text: string): Promise<string> =>
  eventually(async () => {
    const all = await home.kubectl('get', '--raw', path);
    expect(all).toContain(text);
    return all;
  });

const REQUEST = ['component', 'dry_run', 'group', 'resource', 'scope', 'subresource', 'verb', 'version'];
const EVERYWHERE: Readonly<Record<string, readonly string[]>> = {
  process_cpu_seconds_total: [],
  process_resident_memory_bytes: [],
  process_start_time_seconds: [],
  process_open_fds: [],
  process_max_fds: [],
  kubernetes_build_info: ['git_version', 'major', 'minor', 'platform'],
};
const QUEUE = {
  workqueue_depth: ['name'],
  workqueue_adds_total: ['name'],
  workqueue_retries_total: ['name'],
  workqueue_queue_duration_seconds: ['name'],
  workqueue_work_duration_seconds: ['name'],
  workqueue_unfinished_work_seconds: ['name'],
  workqueue_longest_running_processor_seconds: ['name'],
};
/** Upstream's metrics with upstream's labels (test/instrumentation/documentation of kubernetes; controller-runtime; kube-proxy; CoreDNS). */
const UPSTREAM: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  server: {
    ...EVERYWHERE,
    ...QUEUE,
    apiserver_request_total: [...REQUEST, 'code'].sort(),
    apiserver_request_duration_seconds: REQUEST,
    apiserver_current_inflight_requests: ['request_kind'],
    apiserver_longrunning_requests: REQUEST.filter((label) => label !== 'dry_run'),
    apiserver_watch_events_total: ['group', 'resource', 'version'],
    apiserver_resource_objects: ['group', 'resource'],
    apiserver_storage_objects: ['resource'],
    etcd_request_duration_seconds: ['group', 'operation', 'resource'],
    etcd_requests_total: ['group', 'operation', 'resource'],
    etcd_request_errors_total: ['group', 'operation', 'resource'],
    scheduler_pending_pods: ['queue'],
    scheduler_schedule_attempts_total: ['profile', 'result'],
    scheduler_scheduling_attempt_duration_seconds: ['profile', 'result'],
    scheduler_pod_scheduling_sli_duration_seconds: ['attempts'],
    scheduler_pod_scheduling_attempts: [],
    scheduler_queue_incoming_pods_total: ['event', 'queue'],
    scheduler_preemption_attempts_total: [],
    scheduler_cache_size: ['type'],
    scheduler_framework_extension_point_duration_seconds: ['extension_point', 'profile', 'status'],
    scheduler_plugin_execution_duration_seconds: ['extension_point', 'plugin', 'status'],
    scheduler_plugin_evaluation_total: ['extension_point', 'plugin', 'profile'],
    scheduler_goroutines: ['operation'],
    node_collector_zone_health: ['zone'],
    node_collector_evictions_total: ['zone'],
    running_managed_controllers: ['manager', 'name'],
  },
  pods: {
    kube_pod_resource_request: ['namespace', 'node', 'pod', 'priority', 'resource', 'scheduler', 'unit'],
    kube_pod_resource_limit: ['namespace', 'node', 'pod', 'priority', 'resource', 'scheduler', 'unit'],
  },
  agent: {
    ...EVERYWHERE,
    kubelet_node_name: ['node'],
    kubelet_running_pods: [],
    kubelet_running_containers: ['container_state'],
    kubelet_started_pods_total: [],
    kubelet_pod_start_duration_seconds: [],
    kubelet_pod_start_sli_duration_seconds: [],
    kubelet_pod_status_sync_duration_seconds: [],
    kubelet_pod_worker_duration_seconds: ['operation_type'],
    kubelet_pod_worker_start_duration_seconds: [],
    kubelet_containers_per_pod_count: [],
    kubelet_working_pods: ['config', 'lifecycle', 'static'],
    kubelet_restarted_pods_total: ['static'],
    kubelet_orphaned_runtime_pods_total: [],
    kubelet_node_startup_registration_duration_seconds: [],
    kubelet_http_inflight_requests: ['long_running', 'method', 'path', 'server_type'],
    kubelet_pleg_relist_duration_seconds: [],
    kubelet_runtime_operations_total: ['operation_type'],
    kubelet_runtime_operations_errors_total: ['operation_type'],
    kubelet_runtime_operations_duration_seconds: ['operation_type'],
  },
  controllers: {
    ...EVERYWHERE,
    ...QUEUE,
    rest_client_requests_total: ['code', 'host', 'method'],
    rest_client_request_duration_seconds: ['host', 'verb'],
    leader_election_master_status: ['name'],
    controller_runtime_reconcile_total: ['controller', 'result'],
    controller_runtime_reconcile_errors_total: ['controller'],
    controller_runtime_reconcile_time_seconds: ['controller'],
    controller_runtime_max_concurrent_reconciles: ['controller'],
    controller_runtime_active_workers: ['controller'],
  },
  network: {
    kubeproxy_sync_proxy_rules_duration_seconds: [],
    kubeproxy_network_programming_duration_seconds: [],
    kubeproxy_sync_proxy_rules_last_timestamp_seconds: [],
    coredns_dns_requests_total: ['family', 'proto', 'server', 'type', 'view', 'zone'],
    coredns_dns_responses_total: ['plugin', 'rcode', 'server', 'view', 'zone'],
    coredns_dns_request_duration_seconds: ['server', 'view', 'zone'],
  },
};

describe.each(Object.entries(UPSTREAM))('the metrics of the %s', (component, wanted) => {
  it('leave promtool nothing to complain about', () => expect(promtoolComplaints(scraped[component] ?? '')).toBe(''));

  it("have upstream's names and labels", () => {
    const families = familiesOf(scraped[component] ?? '');
    expect(Object.fromEntries(Object.keys(wanted).map((name) => [name, families.get(name)?.labels]))).toEqual(wanted);
  });
});

it('the scheduler shows its configuration', async () => {
  const { componentconfig } = JSON.parse(await home.kubectl('get', '--raw', '/configz'));
  expect(componentconfig).toMatchObject({ kind: 'KubeSchedulerConfiguration', profiles: [{ schedulerName: 'default-scheduler' }] });
});

describe('the Grafana dashboard', () => {
  it('asks for nothing that no component shows', () => {
    const shown = Object.values(scraped).flatMap((text) => [...familiesOf(text)].flatMap(([name, family]) => sampleNames(name, family)));
    const asked = new Set(dashboardQueries().flatMap(metricsIn));
    expect(asked.size).toBeGreaterThan(20);
    expect([...asked].filter((name) => !shown.includes(name))).toEqual([]);
  });
});
