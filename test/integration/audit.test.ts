import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '../../apiserver/audit/event.ts';
import type { ServerProcess } from '../support/cluster/server-process.ts';
import { startServerProcess } from '../support/cluster/server-process.ts';

const POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: None
    users: [system:apiserver]
  - level: Metadata
    resources: [{group: "", resources: [secrets, serviceaccounts/token]}]
  - level: RequestResponse
    omitManagedFields: true
    namespaces: [default]
    resources: [{group: "", resources: [configmaps]}]
  - level: Metadata
    nonResourceURLs: [/version]
`;

let directory: string;
let server: ServerProcess;
let events: AuditEvent[];
const read = (text: string): AuditEvent[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
const of = (plural: string) => events.filter(({ objectRef }) => objectRef?.resource === plural);

/** Does some of a user's work; the events are looked at once the server has stopped. */
async function use({ kubectl }: ServerProcess): Promise<void> {
  await kubectl('create', 'configmap', 'settings', '--from-literal=key=value');
  await kubectl('create', 'secret', 'generic', 'login', '--from-literal=password=hunter2');
  await kubectl('create', 'rolebinding', 'readers', '--clusterrole=view', '--user=jane');
  await kubectl('get', 'configmap', 'settings', '--as=jane', '--as-group=dev');
  await kubectl('get', 'nodes');
  await kubectl('get', '--raw', '/version');
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'skiff-audit-'));
  writeFileSync(join(directory, 'policy.yaml'), POLICY);
  const path = join(directory, 'audit.log');
  server = await startServerProcess(['--audit-policy-file', join(directory, 'policy.yaml'), '--audit-log-path', path]);
  await use(server);
  expect(await server.kubectl('get', '--raw', '/metrics')).toMatch(/^apiserver_audit_event_total [1-9]/m);
  expect(await server.stop()).toBe(0);
  events = read(readFileSync(path, 'utf8'));
});
afterAll(async () => {
  await server.remove();
  rmSync(directory, { recursive: true });
});

describe('the audit log of a server', () => {
  it('is its owner’s alone', () => {
    expect(statSync(join(directory, 'audit.log')).mode & 0o777).toBe(0o600);
  });

  it('has what kubectl asked, with both objects, as the policy says', () => {
    const create = of('configmaps').find(({ verb, objectRef }) => verb === 'create' && objectRef?.name === 'settings');
    expect(create).toMatchObject({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'RequestResponse',
      stage: 'ResponseComplete',
      requestURI: '/api/v1/namespaces/default/configmaps?fieldManager=kubectl-create&fieldValidation=Strict',
      user: { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] },
      sourceIPs: ['127.0.0.1'],
      userAgent: expect.stringContaining('kubectl/'),
      objectRef: { resource: 'configmaps', namespace: 'default', name: 'settings', apiVersion: 'v1' },
      responseStatus: { metadata: {}, code: 201 },
      requestObject: { data: { key: 'value' } },
      responseObject: { kind: 'ConfigMap', data: { key: 'value' } },
      annotations: { 'authorization.k8s.io/decision': 'allow' },
    });
    expect(JSON.stringify(create)).not.toContain('managedFields');
  });

  it('names who acts and as whom', () => {
    const get = of('configmaps').find(({ verb, impersonatedUser }) => verb === 'get' && impersonatedUser !== undefined);
    expect(get).toMatchObject({
      user: { username: 'kubernetes-admin' },
      impersonatedUser: { username: 'jane', groups: ['dev', 'system:authenticated'] },
    });
  });

  it('never shows a secret or a token at level Metadata', () => {
    expect(of('secrets').find(({ verb }) => verb === 'create')).toMatchObject({ level: 'Metadata', responseStatus: { code: 201 } });
    expect(JSON.stringify(events)).not.toContain('hunter2');
    expect(JSON.stringify(events)).not.toContain(Buffer.from('hunter2').toString('base64'));
  });

  it('lacks what the policy leaves out', () => {
    expect(of('nodes')).toEqual([]);
    expect(events.filter(({ stage }) => stage === 'RequestReceived')).toEqual([]);
    expect(events.filter(({ requestURI }) => requestURI === '/version').length).toBeGreaterThan(0);
  });
});

it('a policy that is wrong ends the start with the field that is', async () => {
  const path = join(directory, 'bad.yaml');
  writeFileSync(path, POLICY.replace('level: None', 'level: Nothing'));
  await expect(startServerProcess(['--audit-policy-file', path, '--audit-log-path', '-'])).rejects.toThrow(
    /--audit-policy-file .*bad\.yaml: rules\[0\]\.level: Unsupported value: "Nothing"/,
  );
});

it('events go to standard output if that is asked for', async () => {
  const other = await startServerProcess(['--audit-policy-file', join(directory, 'policy.yaml'), '--audit-log-path', '-']);
  try {
    await use(other);
    await other.stop();
    expect(read(other.output()).map(({ requestURI }) => requestURI)).toContain('/version');
  } finally {
    await other.stop();
    await other.remove();
  }
});
