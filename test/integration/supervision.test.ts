import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { SimulatedCluster } from '../support/cluster/simulated-cluster.ts';
import { startSimulatedCluster } from '../support/cluster/simulated-cluster.ts';

let cluster: SimulatedCluster;
beforeAll(async () => {
  cluster = await startSimulatedCluster();
});
afterAll(() => cluster.down());

/** Waits until the process of the component is another one than `before`. */
const replaced = (component: 'server' | 'agent', before: number) =>
  eventually(async () => {
    const pid = await cluster.pid(component);
    expect(pid).not.toBe(before);
    return pid;
  });

describe('a cluster that skiff up started', () => {
  it('is back by itself after its server and its agent were killed, with all that was acknowledged', async () => {
    await cluster.kubectl('create', 'configmap', 'kept', '--from-literal=k=v');
    for (const component of ['server', 'agent'] as const) {
      const before = await cluster.pid(component);
      process.kill(before, 'SIGKILL');
      const after = await replaced(component, before);
      await eventually(async () => expect(await cluster.kubectl('get', 'configmap', 'kept', '-o', 'jsonpath={.data.k}')).toBe('v'));
      await eventually(async () => {
        const { code, stdout } = await cluster.skiff('status');
        expect(stdout).toMatch(new RegExp(`${component}: +pid ${after}.*started again 1 times, last end: killed by SIGKILL`));
        expect(code).toBe(0);
      });
    }
  });

  it('ends with its supervisors', async () => {
    expect((await cluster.skiff('stop')).stdout).toContain('stopped');
    const { stdout } = await cluster.skiff('status');
    expect(stdout).toMatch(/server: +not running\nagent: +not running/);
  });

  it('is not started on a port that another program has', async () => {
    const { agentPort } = JSON.parse(readFileSync(`${cluster.dataDir}/settings.json`, 'utf8'));
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(agentPort, resolve));
    try {
      await expect(cluster.up()).rejects.toThrow(`--agent-port ${agentPort}: another program has this port`);
    } finally {
      other.close();
    }
    expect((await cluster.skiff('status')).stdout).toMatch(/server: +not running\nagent: +not running/);
  });

  it('is not started with one port for both parts', async () => {
    const { agentPort } = JSON.parse(readFileSync(`${cluster.dataDir}/settings.json`, 'utf8'));
    const { code, stderr } = await cluster.skiff('up', '--port', String(agentPort));
    expect([code, stderr]).toEqual([1, expect.stringContaining(`--agent-port ${agentPort}: is that of the server (--port): choose another`)]);
  });

  it('whose agent ends at once says so, with the end of its log, tries no further, and leaves nothing running', async () => {
    const pki = join(cluster.dataDir, 'agent', 'pki');
    const key = readdirSync(pki).find((name) => name.endsWith('-client.key')) ?? '';
    renameSync(join(pki, key), join(pki, 'aside'));
    mkdirSync(join(pki, key));
    try {
      await expect(cluster.up()).rejects.toThrow(
        new RegExp(`the agent ended \\(exit code 1\\); the end of its log:[\\s\\S]*${key} cannot be read \\(EISDIR\\)`),
      );
    } finally {
      rmdirSync(join(pki, key));
      renameSync(join(pki, 'aside'), join(pki, key));
    }
    expect((await cluster.skiff('status')).stdout).toMatch(/server: +not running\nagent: +not running/);
    await cluster.up();
  });
});

describe('options of the server that skiff up was given', () => {
  it('are in force, are kept for the next start, and change only while the server is stopped', async () => {
    const audit = join(cluster.dataDir, 'audit.log');
    const policy = join(cluster.dataDir, 'policy.yaml');
    writeFileSync(policy, 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n');
    const args = [`--server-arg=--audit-policy-file=${policy}`, `--server-arg=--audit-log-path=${audit}`, '--no-kubeconfig'];
    expect((await cluster.skiff('up', ...args)).stderr).toContain("the server runs already, with other options: 'skiff stop' first");
    await cluster.skiff('stop');
    expect(await cluster.skiff('up', '--server-arg=--audit-log-paht=x')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--audit-log-paht'),
    });
    expect((await cluster.skiff('up', ...args)).code).toBe(0);
    await cluster.skiff('stop');
    rmSync(audit);
    await cluster.up();
    await cluster.kubectl('get', 'namespaces');
    await eventually(async () => expect(readFileSync(audit, 'utf8')).toContain('"requestURI":"/api/v1/namespaces?limit=500"'));
  });
});
