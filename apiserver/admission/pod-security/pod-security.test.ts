import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { metricsRegistries } from '../../metrics/metrics-registries.ts';
import type { TestServer } from '../../test-server.fixture.ts';
import { startTestServer } from '../../test-server.fixture.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.stop());

const P = 'pod-security.kubernetes.io/';
async function namespace(labels: Record<string, string>): Promise<void> {
  const named = Object.fromEntries(Object.entries(labels).map(([key, value]) => [P + key, value]));
  await server.ask('POST', '/api/v1/namespaces', { body: { metadata: { name: 'n', labels: named } } });
  await server.ask('POST', '/api/v1/namespaces/n/serviceaccounts', { body: { metadata: { name: 'default' } } });
}
const container = { name: 'c', image: 'i' };
const hostPod = (name: string, more: object = {}) => ({ metadata: { name }, spec: { hostPID: true, containers: [container], ...more } });
const post = (path: string, body: object) => server.ask('POST', `/api/v1/namespaces/n/${path}`, { body });
const relabel = (labels: Record<string, string>) =>
  server.ask('PATCH', '/api/v1/namespaces/n', { body: { metadata: { labels } }, headers: { 'content-type': 'application/merge-patch+json' } });

describe('Pod Security Admission', () => {
  it('refuses a pod that the namespace forbids, and warns of one that it only warns of', async () => {
    await namespace({ enforce: 'baseline', warn: 'restricted' });
    const refused = await post('pods', hostPod('a'));
    expect([refused.status, refused.json.message]).toEqual([
      403,
      'pods "a" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostPID=true)',
    ]);
    const warned = await post('pods', { metadata: { name: 'b' }, spec: { containers: [container] } });
    expect(warned.status).toBe(201);
    expect(JSON.stringify(warned.headers)).toContain('would violate PodSecurity');
  });

  it('only warns of a workload: its pods will be refused', async () => {
    await namespace({ enforce: 'baseline' });
    const answer = await post('replicationcontrollers', {
      metadata: { name: 'r' },
      spec: { selector: { a: 'b' }, template: { metadata: { labels: { a: 'b' } }, spec: { hostPID: true, containers: [container] } } },
    });
    expect(answer.status).toBe(201);
    expect(JSON.stringify(answer.headers)).toContain('host namespaces (hostPID=true)');
  });

  it('looks at a new ephemeral container, and not at a change of the status or of labels', async () => {
    await namespace({});
    await post('pods', hostPod('a'));
    await relabel({ [`${P}enforce`]: 'baseline' });
    const patch = (path: string, body: object) =>
      server.ask('PATCH', `/api/v1/namespaces/n/pods/a${path}`, { body, headers: { 'content-type': 'application/strategic-merge-patch+json' } });
    expect((await patch('', { metadata: { labels: { a: 'b' } } })).status).toBe(200);
    expect((await patch('/status', { status: { phase: 'Running' } })).status).toBe(200);
    expect((await patch('', { spec: { containers: [{ name: 'c', image: 'other' }] } })).status).toBe(403);
    expect((await patch('/ephemeralcontainers', { spec: { ephemeralContainers: [{ name: 'e', image: 'i' }] } })).status).toBe(403);
  });

  it('warns of existing pods when a namespace gets stricter, and of nothing when it gets laxer', async () => {
    await namespace({});
    await post('pods', hostPod('a'));
    const stricter = await relabel({ [`${P}enforce`]: 'baseline' });
    expect(stricter.status).toBe(200);
    expect(JSON.stringify(stricter.headers)).toContain('a: host namespaces');
    expect(JSON.stringify((await relabel({ [`${P}enforce`]: 'privileged' })).headers)).not.toContain('host namespaces');
  });

  it('counts what it decides under upstream’s names', async () => {
    await server.stop();
    const metrics = metricsRegistries();
    server = await startTestServer({ metrics });
    const fresh = await metrics.text();
    expect(fresh).toContain(
      'pod_security_evaluations_total{decision="allow",policy_level="privileged",policy_version="latest",mode="enforce",request_operation="update",resource="pod",subresource=""} 0',
    );
    expect(fresh).toContain('pod_security_exemptions_total{request_operation="create",resource="controller",subresource=""} 0');
    await namespace({ enforce: 'baseline', 'enforce-version': 'v1.30', warn: 'restricted', 'warn-version': 'v1.99' });
    await post('pods', hostPod('a'));
    await post('pods', { metadata: { name: 'b' }, spec: { containers: [container] } });
    await post('pods', { metadata: { name: 'c' }, spec: { containers: [container] } });
    await relabel({ [`${P}enforce`]: 'privileged', [`${P}warn`]: 'privileged' });
    await post('pods', hostPod('d'));
    const evaluations = (await metrics.text()).match(/^pod_security_evaluations_total{.*"create".*$/gm);
    const line = (decision: string, level: string, version: string, mode: string, count: number) =>
      `pod_security_evaluations_total{decision="${decision}",policy_level="${level}",policy_version="${version}",mode="${mode}",request_operation="create",resource="pod",subresource=""} ${count}`;
    expect(evaluations?.sort()).toEqual([
      line('allow', 'baseline', 'v1.30', 'enforce', 2),
      line('allow', 'privileged', 'latest', 'enforce', 1),
      line('deny', 'baseline', 'v1.30', 'enforce', 1),
      line('deny', 'restricted', 'future', 'warn', 2),
    ]);
  });

  it('refuses labels that cannot be read, unless they are there already', async () => {
    await namespace({});
    const bad = await relabel({ [`${P}enforce`]: 'strict' });
    expect([bad.status, bad.json.message]).toEqual([
      422,
      `Namespace "n" is invalid: metadata.labels[${P}enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted`,
    ]);
  });
});
