import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServerProcess } from '../support/cluster/server-process.ts';
import { startServerProcess } from '../support/cluster/server-process.ts';
import { container, pod } from '../support/manifests.ts';

const CONFIGURATION = `apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
  - name: PodSecurity
    configuration:
      apiVersion: pod-security.admission.config.k8s.io/v1
      kind: PodSecurityConfiguration
      defaults: {enforce: baseline}
      exemptions: {namespaces: [trusted]}
`;

let directory: string;
let server: ServerProcess;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'skiff-admission-'));
  writeFileSync(join(directory, 'admission.yaml'), CONFIGURATION);
  server = await startServerProcess(['--admission-control-config-file', join(directory, 'admission.yaml')]);
});
afterAll(async () => {
  await server?.remove();
  rmSync(directory, { recursive: true, force: true });
});

describe('a server with --admission-control-config-file', () => {
  it('holds pods to the defaults of PodSecurity, but for those of namespaces that are exempt', async () => {
    const { kubectl } = server;
    const privileged = pod('p', { containers: [container('web:1', { securityContext: { privileged: true } })] });
    await kubectl('create', 'namespace', 'trusted');
    for (const namespace of ['default', 'trusted']) await kubectl('wait', '--for=create', 'serviceaccount/default', '-n', namespace, '--timeout=60s');
    expect(await kubectl.in('default').fails(['create', '-f', '-'], privileged)).toContain('violates PodSecurity "baseline:latest": privileged');
    await kubectl.in('trusted').input(privileged, 'create', '-f', '-');
  });
});
