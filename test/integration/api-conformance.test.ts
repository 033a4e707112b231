import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCertificateAuthority } from '../../base/x509/certificate-authority.ts';
import { createCertificateRequest, createPrivateKeyText } from '../../base/x509/certificate-request.ts';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import type { RawClient } from '../support/http/raw-client.ts';
import { rawClient } from '../support/http/raw-client.ts';
import { deployment, replicaSet } from '../support/manifests.ts';

/** Replays conformance tests of sig-api-machinery and sig-auth (test/e2e of Kubernetes 1.36) call by call; those of CRDs stand beside. */
let cluster: KubectlCluster;
let client: RawClient;
beforeAll(async () => {
  cluster = await startKubectlCluster();
  client = rawClient(cluster);
  await cluster.namespace('conformance');
  await cluster.kubectl('label', 'namespace', 'conformance', 'unique=true');
});
afterAll(async () => {
  client.close();
  await cluster.stop();
});

const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' };

/** Sends a request that must succeed; returns the answer's object. */
async function ok(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
  const { code, message, json } = await client.ask(method, path, body, headers);
  if (code >= 300) throw new Error(`${method} ${path}: ${code} ${message}`);
  return json;
}

/** Returns the events of a watch that ends after a second. */
async function eventsOf(path: string): Promise<{ type: string; object: { metadata: { annotations?: Record<string, string> } } }[]> {
  const text = await cluster.kubectl('get', '--raw', `${path}&watch=true&timeoutSeconds=1`);
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const rules = [{ operations: ['CREATE'], apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'] }];
const clientConfig = { url: 'https://example.com' };
const webhook = { name: 'a.example.com', clientConfig, sideEffects: 'None', admissionReviewVersions: ['v1'], failurePolicy: 'Ignore' };
const annotated = 'Object{metadata: Object.metadata{annotations: {"mutated-by": "admission-policy"}}}';
const mutations = [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: annotated } }];
const REGISTRATION = 'admissionregistration.k8s.io';
const FLOW = 'flowcontrol.apiserver.k8s.io';

interface Resource {
  readonly group: string;
  readonly plural: string;
  readonly template: object;
  /** Merged into the object, beside an annotation. */
  readonly change?: object;
  readonly hasStatus?: boolean;
}

const RESOURCES: readonly Resource[] = [
  {
    group: FLOW,
    plural: 'flowschemas',
    template: {
      spec: { matchingPrecedence: 10_000, priorityLevelConfiguration: { name: 'global-default' }, distinguisherMethod: { type: 'ByUser' } },
    },
    change: { spec: { matchingPrecedence: 9999 } },
    hasStatus: true,
  },
  {
    group: FLOW,
    plural: 'prioritylevelconfigurations',
    template: { spec: { type: 'Limited', limited: { nominalConcurrencyShares: 2, limitResponse: { type: 'Reject' } } } },
    change: { spec: { limited: { nominalConcurrencyShares: 4 } } },
    hasStatus: true,
  },
  {
    group: REGISTRATION,
    plural: 'validatingadmissionpolicies',
    template: { spec: { matchConstraints: { resourceRules: rules }, validations: [{ expression: 'object.spec.replicas <= 100' }] } },
    change: { spec: { failurePolicy: 'Ignore' } },
    hasStatus: true,
  },
  {
    group: REGISTRATION,
    plural: 'validatingadmissionpolicybindings',
    template: { spec: { policyName: 'none.example.com', validationActions: ['Deny'] } },
  },
  {
    group: REGISTRATION,
    plural: 'mutatingadmissionpolicies',
    template: { spec: { reinvocationPolicy: 'Never', matchConstraints: { resourceRules: rules }, mutations } },
    change: { spec: { failurePolicy: 'Ignore' } },
  },
  { group: REGISTRATION, plural: 'mutatingadmissionpolicybindings', template: { spec: { policyName: 'none.example.com' } } },
  {
    group: REGISTRATION,
    plural: 'validatingwebhookconfigurations',
    template: { webhooks: [webhook] },
    change: { webhooks: [{ ...webhook, timeoutSeconds: 5 }] },
  },
  {
    group: REGISTRATION,
    plural: 'mutatingwebhookconfigurations',
    template: { webhooks: [webhook] },
    change: { webhooks: [{ ...webhook, reinvocationPolicy: 'IfNeeded' }] },
  },
];

describe('should support the API operations of', () => {
  it.each(RESOURCES.map((resource) => [resource.plural, resource] as const))('%s', async (plural, { group, template, change = {}, hasStatus }) => {
    const root = `/apis/${group}/v1/${plural}`;
    const groups = (await ok('GET', '/apis')).groups as { name: string; versions: { version: string }[] }[];
    expect(groups.find(({ name }) => name === group)?.versions).toContainEqual({ groupVersion: `${group}/v1`, version: 'v1' });
    const resources = ((await ok('GET', `/apis/${group}/v1`)).resources as { name: string }[]).map(({ name }) => name);
    expect(resources).toEqual(expect.arrayContaining([plural, ...(hasStatus ? [`${plural}/status`] : [])]));

    const body = { metadata: { generateName: 'e2e-example-', labels: { 'e2e-label': plural } }, ...template };
    await ok('POST', root, body);
    await ok('POST', root, body);
    const { metadata } = await ok('POST', root, body);
    const path = `${root}/${metadata.name}`;
    expect((await ok('GET', path)).metadata.uid).toBe(metadata.uid);
    const selected = `${root}?labelSelector=e2e-label%3D${plural}`;
    const list = await ok('GET', selected);
    expect(list.items).toHaveLength(3);

    const patched = await ok('PATCH', path, { metadata: { annotations: { patched: 'true' } }, ...change }, MERGE_PATCH);
    expect(patched).toMatchObject({ metadata: { annotations: { patched: 'true' } }, ...change });
    // As upstream's tests, try again after a conflict: a controller may write the status.
    await eventually(async () => {
      const { metadata: now, ...rest } = await ok('GET', path);
      return (await client.ask('PUT', path, { ...rest, metadata: { ...now, annotations: { ...now.annotations, updated: 'true' } } })).code === 200;
    });
    expect((await ok('GET', path)).metadata.annotations).toMatchObject({ patched: 'true', updated: 'true' });
    const events = await eventsOf(`${selected}&resourceVersion=${list.metadata.resourceVersion}`);
    expect(events.map(({ type }) => type)).toEqual(events.map(() => 'MODIFIED'));
    expect(events.some(({ object }) => object.metadata.annotations?.patched === 'true')).toBe(true);

    if (hasStatus) {
      expect((await ok('GET', `${path}/status`)).metadata.uid).toBe(metadata.uid);
      const condition = { type: 'PatchStatusFailed', status: 'False', reason: 'e2e', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' };
      const withStatus = await ok('PATCH', `${path}/status`, { status: { conditions: [condition] } }, MERGE_PATCH);
      expect(withStatus.status.conditions).toContainEqual(expect.objectContaining({ type: 'PatchStatusFailed' }));
    }

    await ok('DELETE', path);
    expect((await client.ask('GET', path)).code).toBe(404);
    expect((await ok('GET', selected)).items).toHaveLength(2);
    await ok('DELETE', selected);
    expect((await ok('GET', selected)).items).toEqual([]);
  });
});

describe('[sig-auth] Certificates API', () => {
  it('should support CSR API operations', async () => {
    const root = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
    const signerName = 'example.com/e2e';
    const request = await createCertificateRequest(await createPrivateKeyText(), { commonName: 'e2e.example.com' });
    const spec = {
      request: Buffer.from(request).toString('base64'),
      signerName,
      expirationSeconds: 3600,
      usages: ['digital signature', 'key encipherment', 'server auth'],
    };
    const body = { metadata: { generateName: 'e2e-example-csr-' }, spec };
    await ok('POST', root, body);
    await ok('POST', root, body);
    const { metadata } = await ok('POST', root, body);
    const path = `${root}/${metadata.name}`;
    expect((await ok('GET', path)).spec.expirationSeconds).toBe(3600);
    const selected = `${root}?fieldSelector=${encodeURIComponent(`spec.signerName=${signerName}`)}`;
    expect((await ok('GET', selected)).items).toHaveLength(3);

    const approval = await ok('GET', `${path}/approval`);
    expect([approval.kind, approval.metadata.uid]).toEqual(['CertificateSigningRequest', metadata.uid]);
    const change = {
      metadata: { annotations: { patchedapproval: 'true' } },
      status: { conditions: [{ type: 'ApprovalPatch', status: 'True', reason: 'e2e' }] },
    };
    const patched = await ok('PATCH', `${path}/approval`, change, MERGE_PATCH);
    expect(patched.status.conditions).toMatchObject(change.status.conditions);
    expect(patched.metadata.annotations).toMatchObject(change.metadata.annotations);
    const approved = { type: 'Approved', status: 'True', reason: 'E2E', message: 'Set from an e2e test' };
    const next = { ...patched, status: { ...patched.status, conditions: [...patched.status.conditions, approved] } };
    expect((await ok('PUT', `${path}/approval`, next)).status.conditions[1]).toMatchObject({ type: 'Approved' });

    const { certificate } = await createCertificateAuthority('e2e.example.com', { now: Date.now() });
    const issued = { status: { certificate: Buffer.from(certificate).toString('base64') } };
    const withCertificate = await ok('PATCH', `${path}/status`, { metadata: { annotations: { patchedstatus: 'true' } }, ...issued }, MERGE_PATCH);
    expect(withCertificate).toMatchObject({ metadata: { annotations: { patchedstatus: 'true' } }, ...issued });
    const { conditions } = withCertificate.status;
    const last = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from an e2e test' };
    const withLast = { ...withCertificate, status: { ...withCertificate.status, conditions: [...conditions, last] } };
    expect((await ok('PUT', `${path}/status`, withLast)).status.conditions.at(-1)).toMatchObject({ type: 'StatusUpdate' });

    await ok('DELETE', path);
    expect((await ok('GET', selected)).items).toHaveLength(2);
    await ok('DELETE', selected);
    expect((await ok('GET', selected)).items).toEqual([]);
  });
});

describe('Discovery', () => {
  it.each([
    ['', 'namespaces', 'v1'],
    ['admissionregistration.k8s.io', 'validatingwebhookconfigurations', 'v1'],
    ['apiextensions.k8s.io', 'customresourcedefinitions', 'v1'],
    ['apiregistration.k8s.io', 'apiservices', 'v1'],
    ['apps', 'deployments', 'v1'],
    ['authentication.k8s.io', 'tokenreviews', 'v1'],
    ['authorization.k8s.io', 'selfsubjectaccessreviews', 'v1'],
    ['autoscaling', 'horizontalpodautoscalers', 'v1'],
    ['autoscaling', 'horizontalpodautoscalers', 'v2'],
    ['batch', 'jobs', 'v1'],
    ['certificates.k8s.io', 'certificatesigningrequests', 'v1'],
    ['coordination.k8s.io', 'leases', 'v1'],
    ['discovery.k8s.io', 'endpointslices', 'v1'],
    ['events.k8s.io', 'events', 'v1'],
    ['networking.k8s.io', 'ingresses', 'v1'],
    ['node.k8s.io', 'runtimeclasses', 'v1'],
    ['policy', 'poddisruptionbudgets', 'v1'],
    ['scheduling.k8s.io', 'priorityclasses', 'v1'],
    ['storage.k8s.io', 'csinodes', 'v1'],
  ])('should locate the groupVersion and a resource within each APIGroup, and aggregated: %s %s', async (group, plural, version) => {
    const list = await ok('GET', group === '' ? `/api/${version}` : `/apis/${group}/${version}`);
    expect(list.groupVersion).toBe(group === '' ? version : `${group}/${version}`);
    expect(list.resources).toContainEqual(expect.objectContaining({ name: plural }));
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const { items } = await ok('GET', group === '' ? '/api' : '/apis', undefined, { accept });
    const found = items.find(({ metadata }: { metadata: { name?: string } }) => (metadata.name ?? '') === group);
    const versions: { version: string; resources: object[] }[] = found.versions;
    expect(versions.find((each) => each.version === version)?.resources).toContainEqual(expect.objectContaining({ resource: plural }));
  });

  it('should validate PreferredVersion for each APIGroup', async () => {
    const { groups } = await ok('GET', '/apis/');
    expect(groups).not.toEqual([]);
    for (const { name } of groups) {
      const { versions, preferredVersion } = await ok('GET', `/apis/${name}/`);
      expect(versions).toContainEqual(preferredVersion);
    }
  });
});

describe('Servers with support for Table transformation', () => {
  it('should return a 406 for a backend which does not implement metadata', async () => {
    const body = { spec: { nonResourceAttributes: { path: '/', verb: 'get' } } };
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const answer = await client.ask('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', body, { accept });
    expect([answer.code, answer.reason]).toEqual([406, 'NotAcceptable']);
  });
});

describe('admission policies', () => {
  const matched = (resource: string) => ({
    namespaceSelector: { matchLabels: { unique: 'true' } },
    resourceRules: [{ operations: ['CREATE', 'UPDATE'], apiGroups: ['apps'], apiVersions: ['v1'], resources: [resource] }],
  });
  const api = `/apis/${REGISTRATION}/v1`;
  const apps = '/apis/apps/v1/namespaces/conformance';

  it('should validate against a Deployment, and allow expressions to refer variables', async () => {
    const spec = {
      matchConstraints: matched('deployments'),
      variables: [
        { name: 'replicas', expression: 'object.spec.replicas' },
        { name: 'oddReplicas', expression: 'variables.replicas % 2 == 1' },
      ],
      validations: [
        { expression: 'variables.replicas > 1', messageExpression: "'wants replicas > 1, got ' + string(variables.replicas)" },
        { expression: 'variables.oddReplicas' },
      ],
    };
    await ok('POST', `${api}/validatingadmissionpolicies`, { metadata: { name: 'validate.example.com' }, spec });
    const binding = {
      policyName: 'validate.example.com',
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: { matchLabels: { unique: 'true' } } },
    };
    await ok('POST', `${api}/validatingadmissionpolicybindings`, { metadata: { name: 'validate.example.com' }, spec: binding });
    const create = (replicas: number) => client.ask('POST', `${apps}/deployments`, deployment(`d${replicas}`, replicas));
    await eventually(async () => (await client.ask('POST', `${apps}/deployments?dryRun=All`, deployment('marker', 1))).code === 422);
    expect(await create(1)).toMatchObject({ code: 422, reason: 'Invalid', message: expect.stringContaining('wants replicas > 1, got 1') });
    expect(await create(2)).toMatchObject({ code: 422, message: expect.stringContaining('failed expression: variables.oddReplicas') });
    expect((await create(3)).code).toBe(201);
    expect((await client.ask('POST', `${apps}/replicasets`, replicaSet('r', 1))).code).toBe(201);
    await ok('DELETE', `${api}/validatingadmissionpolicies/validate.example.com`);
  });

  it('should mutate a Deployment, with annotations of its own too', async () => {
    const spec = { reinvocationPolicy: 'Never', matchConstraints: matched('deployments'), mutations };
    await ok('POST', `${api}/mutatingadmissionpolicies`, { metadata: { name: 'mutate.example.com' }, spec });
    const binding = { policyName: 'mutate.example.com', matchResources: { namespaceSelector: { matchLabels: { unique: 'true' } } } };
    await ok('POST', `${api}/mutatingadmissionpolicybindings`, { metadata: { name: 'mutate.example.com' }, spec: binding });
    const dry = async (annotations?: object) => {
      const { metadata, ...rest } = deployment('mutated', 3);
      return (await ok('POST', `${apps}/deployments?dryRun=All`, { ...rest, metadata: { ...metadata, annotations } })).metadata.annotations;
    };
    await eventually(async () => (await dry()) !== undefined);
    expect(await dry({ own: 'yes' })).toEqual({ own: 'yes', 'mutated-by': 'admission-policy' });
  });
});
