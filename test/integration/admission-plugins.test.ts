import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServerProcess } from '../support/cluster/server-process.ts';
import { startServerProcess } from '../support/cluster/server-process.ts';
import { container, pod, service } from '../support/manifests.ts';

const CONFIGURATION = `apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
  - name: PodNodeSelector
    configuration:
      podNodeSelectorPluginConfig: {clusterDefaultNodeSelector: region=west}
  - name: EventRateLimit
    path: events.yaml
`;
const EVENTS = `apiVersion: eventratelimit.admission.k8s.io/v1alpha1
kind: Configuration
limits:
  - {type: Namespace, qps: 1, burst: 1000}
`;
const PLUGINS = 'AlwaysPullImages,DenyServiceExternalIPs,EventRateLimit,NamespaceAutoProvision,PodNodeSelector';

let directory: string;
let server: ServerProcess;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'skiff-plugins-'));
  writeFileSync(join(directory, 'admission.yaml'), CONFIGURATION);
  writeFileSync(join(directory, 'events.yaml'), EVENTS);
  const file = ['--admission-control-config-file', join(directory, 'admission.yaml')];
  server = await startServerProcess(['--enable-admission-plugins', PLUGINS, '--disable-admission-plugins', 'DefaultTolerationSeconds', ...file]);
});
afterAll(async () => {
  await server?.remove();
  rmSync(directory, { recursive: true, force: true });
});

describe('a server with --enable-admission-plugins', () => {
  it('makes namespaces for what is created in them, and changes pods as the plugins do', async () => {
    const { kubectl } = server;
    await kubectl.in('made').input({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } }, 'create', '-f', '-');
    expect(await kubectl('get', 'namespace', 'made', '-o', 'name')).toContain('namespace/made');
    await kubectl('wait', '--for=create', 'serviceaccount/default', '-n', 'made', '--timeout=60s');
    await kubectl.in('made').input(pod('p', { containers: [container('web:1')] }), 'create', '-f', '-');
    const path = '{.spec.containers[0].imagePullPolicy} {.spec.nodeSelector.region} {.spec.tolerations}';
    expect((await kubectl.in('made')('get', 'pod', 'p', '-o', `jsonpath=${path}`)).trim()).toBe('Always west');
  });

  it('refuses what they refuse', async () => {
    const { kubectl } = server;
    const refused = await kubectl.in('default').fails(['create', '-f', '-'], service('s', { externalIPs: ['1.2.3.4'] }));
    expect(refused).toContain('services "s" is forbidden: Use of external IPs is denied by admission control');
    const labels = 'name="DenyServiceExternalIPs",type="validate",operation="CREATE",rejected="true"';
    const metrics = await kubectl('get', '--raw', '/metrics');
    expect(metrics).toContain(`apiserver_admission_controller_admission_duration_seconds_count{${labels}} 1`);
  });
});

describe('a server with a plugin that it does not know', () => {
  it('does not start, and says which there are', async () => {
    const started = startServerProcess(['--enable-admission-plugins', 'NoSuch']);
    await expect(started).rejects.toThrow('enable-admission-plugins plugin "NoSuch" is unknown: name some of AlwaysAdmit, ');
  });
});
