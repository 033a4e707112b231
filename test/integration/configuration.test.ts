import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { clientTools } from '../support/commands/client-tools.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { rawClient } from '../support/http/raw-client.ts';
import { pod } from '../support/manifests.ts';

let cluster: KubectlCluster;
let kubectl: Kubectl;
beforeAll(async () => {
  cluster = await startKubectlCluster();
  kubectl = await cluster.namespace('configuration');
});
afterAll(() => cluster.stop());

describe('a ConfigMap', () => {
  it('is made of literals and files, and shown', async () => {
    // Stands beside the kubeconfig, so that it is deleted with the cluster.
    const path = `${cluster.kubeconfigPath}.txt`;
    await writeFile(path, 'from a file\n');
    await kubectl('create', 'configmap', 'settings', '--from-literal=key=value', `--from-file=file=${path}`);
    expect(await kubectl('get', 'configmap', 'settings')).toMatch(/^NAME +DATA +AGE\nsettings +2 +[\dms]+\n$/);
    expect(await kubectl('describe', 'configmap', 'settings')).toMatch(/Data\n====\nfile:\n----\nfrom a file\n\n\nkey:\n----\nvalue\n/);
  });

  it('that is sealed changes no more', async () => {
    await kubectl('patch', 'configmap', 'settings', '-p', '{"immutable":true}');
    expect(await kubectl.fails(['patch', 'configmap', 'settings', '-p', '{"data":{"key":"other"}}'])).toMatch(
      /data: Forbidden: field is immutable when `immutable` is set/,
    );
    expect(await kubectl.fails(['patch', 'configmap', 'settings', '-p', '{"immutable":false}'])).toMatch(/immutable: Forbidden/);
    await kubectl('label', 'configmap', 'settings', 'still=possible');
  });

  it('with bad keys or too much in it is refused', async () => {
    const make = (name: string, data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
    expect(await kubectl.fails(['create', '-f', '-'], make('bad', { 'a b': 'c' }))).toMatch(/data\[a b\]: Invalid value: "a b"/);
    expect(await kubectl.fails(['create', '-f', '-'], make('big', { a: 'x'.repeat(1_100_000) }))).toMatch(
      /ConfigMap "big" is invalid: \[\]: Too long: may not be more than 1048576 bytes/,
    );
  });
});

describe('a Secret', () => {
  it('keeps its values to itself when it is described', async () => {
    await kubectl('create', 'secret', 'generic', 'login', '--from-literal=user=jane', '--from-literal=password=hunter2');
    expect(await kubectl('get', 'secret', 'login')).toMatch(/^NAME +TYPE +DATA +AGE\nlogin +Opaque +2 +[\dms]+\n$/);
    const said = await kubectl('describe', 'secret', 'login');
    expect(said).toMatch(/Type: +Opaque\n\nData\n====\npassword: +7 bytes\nuser: +4 bytes\n/);
    expect(said).not.toContain('hunter2');
    expect(await kubectl.path('{.data.password}', 'secret', 'login')).toBe(Buffer.from('hunter2').toString('base64'));
  });

  it('has the keys that its type asks for, and keeps its type', async () => {
    const make = (type: string, data: object) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'typed' }, type, data });
    expect(await kubectl.fails(['create', '-f', '-'], make('kubernetes.io/tls', {}))).toMatch(/data\[tls\.crt\]: Required value/);
    expect(await kubectl.fails(['create', '-f', '-'], make('Opaque', { a: 'not base64!' }))).toMatch(/illegal base64 data at input byte 3/);
    await kubectl('create', 'secret', 'docker-registry', 'registry', '--docker-server=r', '--docker-username=u', '--docker-password=p');
    expect(await kubectl('get', 'secret', 'registry')).toMatch(/registry +kubernetes\.io\/dockerconfigjson +1 /);
    expect(await kubectl.fails(['patch', 'secret', 'login', '-p', '{"type":"other"}'])).toMatch(/type: Invalid value: "other": field is immutable/);
    await kubectl('patch', 'secret', 'login', '-p', '{"immutable":true}');
    expect(await kubectl.fails(['patch', 'secret', 'login', '-p', '{"stringData":{"user":"joe"}}'])).toMatch(/data: Forbidden: field is immutable/);
  });
});

describe('a ServiceAccount', () => {
  it('has tokens that say who it is, until it is gone', async () => {
    await kubectl('create', 'serviceaccount', 'bot');
    const token = (await kubectl('create', 'token', 'bot')).trim();
    const raw = rawClient(cluster);
    const review = () => raw.stranger('GET', '/api/v1/namespaces/configuration/pods', { authorization: `Bearer ${token}` });
    expect(await review()).toMatchObject({
      code: 403,
      message: expect.stringContaining('User "system:serviceaccount:configuration:bot" cannot list'),
    });
    await kubectl('create', 'rolebinding', 'bot', '--clusterrole=view', '--serviceaccount=configuration:bot');
    await eventually(async () => expect((await review()).code).toBe(200));
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ sub: 'system:serviceaccount:configuration:bot', iss: 'https://kubernetes.default.svc.cluster.local' });
    expect(claims.exp - claims.iat).toBe(3600);
    await kubectl('delete', 'serviceaccount', 'bot');
    await eventually(async () => expect(await review()).toMatchObject({ code: 401, reason: 'Unauthorized' }));
    raw.close();
  });

  it('gets no token that is too short or for nobody', async () => {
    expect(await kubectl.fails(['create', 'token', 'default', '--duration=1s'])).toMatch(
      /spec\.expirationSeconds: Invalid value: 1: may not specify a duration less than 10 minutes/,
    );
    expect(await kubectl.fails(['create', 'token', 'nobody'])).toMatch(/serviceaccounts "nobody" not found/);
  });

  it('is that of each pod, with a token in it; a pod of another that is not there is refused', async () => {
    await kubectl.input(pod('with-account'), 'create', '-f', '-');
    expect(
      await kubectl.path('{.spec.serviceAccountName} {.spec.volumes[0].projected.sources[*].serviceAccountToken.path}', 'pod', 'with-account'),
    ).toBe('default token');
    expect(await kubectl.fails(['create', '-f', '-'], pod('lost', { serviceAccountName: 'nobody' }))).toMatch(
      /pods "lost" is forbidden: error looking up service account configuration\/nobody: serviceaccount "nobody" not found/,
    );
  });
});

describe('events', () => {
  it('are listed for an object, by type, and in order', async () => {
    await kubectl('wait', '--for=condition=Ready', 'pod/with-account', '--timeout=60s');
    await eventually(async () => {
      const said = await kubectl('events', '--for', 'pod/with-account');
      for (const part of [
        /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n/,
        /Normal +Scheduled +Pod\/with-account +Successfully assigned configuration\/with-account to node-0\n/,
        /Normal +Pulled +Pod\/with-account +/,
        /Normal +Started +Pod\/with-account +Container started\n/,
      ])
        expect(said).toMatch(part);
    });
    expect((await kubectl.outcome(['events', '--types=Warning'])).stderr).toBe('No events found in configuration namespace.\n');
    const fields = 'involvedObject.name=with-account,reason=Scheduled';
    expect(await kubectl('get', 'events', '--field-selector', fields, '-o', 'wide')).toMatch(
      /LAST SEEN +TYPE +REASON +OBJECT +SUBOBJECT +SOURCE +MESSAGE +FIRST SEEN +COUNT +NAME\n[\dms]+ +Normal +Scheduled +pod\/with-account +default-scheduler, default-scheduler-\S+ +Successfully assigned .* 1 +with-account\.\w+\n$/,
    );
  });

  it('are the same in both of their groups', async () => {
    const name = (await kubectl('get', 'events', '--field-selector=reason=Scheduled', '-o', 'name')).trim().replace('event/', '');
    const [old, now] = [
      JSON.parse(await kubectl('get', 'events.v1.', name, '-o', 'json')),
      JSON.parse(await kubectl('get', 'events.v1.events.k8s.io', name, '-o', 'json')),
    ];
    expect(now).toMatchObject({ apiVersion: 'events.k8s.io/v1', note: old.message, regarding: old.involvedObject, metadata: old.metadata });
  });

  it('are followed as they happen', async () => {
    const watching = spawn(join(clientTools(), 'kubectl'), [...kubectl.baseArgs, 'get', 'events', '--watch-only']);
    let seen = '';
    watching.stdout.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
    });
    try {
      await eventually(async () => {
        const name = `watched-${Date.now()}`;
        await kubectl.input(pod(name), 'create', '-f', '-');
        await eventually(() => expect(seen).toMatch(new RegExp(`Normal +Scheduled +pod/${name} `)), 10_000);
      });
    } finally {
      watching.kill();
    }
  });
});
