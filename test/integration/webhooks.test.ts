import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ReceivedReview, WebhookAnswer, WebhookServer } from '../../apiserver/webhook/webhook-server.fixture.ts';
import { allowed, patched, reviewed, startWebhookServer } from '../../apiserver/webhook/webhook-server.fixture.ts';
import type { ServerProcess } from '../support/cluster/server-process.ts';
import { startServerProcess } from '../support/cluster/server-process.ts';

let server: ServerProcess;
let hook: WebhookServer;

beforeAll(async () => {
  [server, hook] = await Promise.all([startServerProcess([]), startWebhookServer(answer)]);
});
afterAll(async () => {
  await server.stop();
  await server.remove();
  await hook.close();
});

/** Answers by the path, as the handlers of upstream's test image do. */
function answer(review: ReceivedReview, path: string): WebhookAnswer | Promise<WebhookAnswer> {
  const { object, oldObject } = review.request ?? {};
  switch (path.split('?')[0]) {
    case '/unwanted-data':
      return object?.data?.['webhook-e2e-test'] === 'webhook-disallow'
        ? reviewed(review, { allowed: false, status: { reason: 'the configmap contains unwanted key and value' } })
        : allowed(review);
    case '/no-deletion':
      return oldObject?.data?.['webhook-e2e-test'] === 'webhook-nondeletable'
        ? reviewed(review, { allowed: false, status: { message: 'the configmap cannot be deleted because it contains unwanted key and value' } })
        : allowed(review);
    case '/stage-1':
      return object.data['mutation-start'] === 'yes'
        ? patched(review, [{ op: 'add', path: '/data/mutation-stage-1', value: 'yes' }])
        : allowed(review);
    case '/stage-2':
      return object.data['mutation-stage-1'] === 'yes'
        ? patched(review, [{ op: 'add', path: '/data/mutation-stage-2', value: 'yes' }])
        : allowed(review);
    case '/sidecar':
      return patched(review, [
        { op: 'add', path: '/spec/initContainers', value: [{ image: 'webhook-added-image', name: 'webhook-added-init-container' }] },
      ]);
    case '/always-deny':
      return reviewed(review, { allowed: false, status: { message: 'this webhook denies all requests' } });
    case '/slow':
      return new Promise(() => {});
    case '/convert':
      return {
        body: {
          ...review,
          response: {
            uid: review.request.uid,
            result: { status: 'Success' },
            convertedObjects: review.request.objects.map((one: ReceivedReview) => converted(one, review.request.desiredAPIVersion)),
          },
        },
      };
    default:
      return allowed(review);
  }
}

function converted({ hostPort = '', host, port, ...rest }: ReceivedReview, apiVersion: string): ReceivedReview {
  const [first, second] = hostPort.split(':');
  return apiVersion.endsWith('/v2') ? { ...rest, apiVersion, host: first, port: second } : { ...rest, apiVersion, hostPort: `${host}:${port}` };
}

const CONFIG_MAPS = { apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE', 'UPDATE'] };

const apply = (object: object) => server.kubectl.input(object, 'apply', '-f', '-');

/** A webhook of the server in this process, for the labelled objects of the tests. */
const webhook = (path: string, own: object = {}) => ({
  name: `${path}.k8s.io`.replace(/\//g, 'x.'),
  admissionReviewVersions: ['v1', 'v1beta1'],
  sideEffects: 'None',
  clientConfig: { url: `${hook.url}${path}`, caBundle: hook.caBundle },
  rules: [CONFIG_MAPS],
  ...own,
});

const configure = (kind: 'Mutating' | 'Validating', ...webhooks: object[]) =>
  apply({ apiVersion: 'admissionregistration.k8s.io/v1', kind: `${kind}WebhookConfiguration`, metadata: { name: 'hooks' }, webhooks });

const refused = (...command: string[]) => server.kubectl.fails(command);

afterEach(async () => {
  await server.kubectl('delete', 'mutatingwebhookconfigurations,validatingwebhookconfigurations', '--all');
  await server.kubectl('delete', 'configmaps', '--all');
});

const json = async (...command: string[]): Promise<ReceivedReview> => JSON.parse(await server.kubectl(...command, '-o', 'json'));

describe('webhooks, driven by kubectl', () => {
  it('refuse what they do not want to see created, changed or deleted', async () => {
    await configure('Validating', webhook('/unwanted-data'), webhook('/no-deletion', { rules: [{ ...CONFIG_MAPS, operations: ['DELETE'] }] }));
    const denied = 'admission webhook "x.unwanted-data.k8s.io" denied the request: the configmap contains unwanted key and value';
    expect(await refused('create', 'configmap', 'bad', '--from-literal=webhook-e2e-test=webhook-disallow')).toContain(denied);
    await server.kubectl('create', 'configmap', 'good', '--from-literal=webhook-e2e-test=webhook-nondeletable');
    expect(await refused('patch', 'configmap', 'good', '--type=merge', '-p', '{"data":{"webhook-e2e-test":"webhook-disallow"}}')).toContain(denied);
    expect(await refused('delete', 'configmap', 'good')).toContain('the configmap cannot be deleted because it contains unwanted key and value');
    await server.kubectl('patch', 'configmap', 'good', '--type=merge', '-p', '{"data":{"webhook-e2e-test":"webhook-allow"}}');
    await server.kubectl('delete', 'configmap', 'good');
  });

  it('change objects one after the other, dry runs too, and kubectl shows the webhooks', async () => {
    await configure('Mutating', webhook('/stage-1'), webhook('/stage-2'));
    await server.kubectl('create', 'configmap', 'changed', '--from-literal=mutation-start=yes');
    const data = { 'mutation-start': 'yes', 'mutation-stage-1': 'yes', 'mutation-stage-2': 'yes' };
    expect((await json('get', 'configmap', 'changed')).data).toEqual(data);
    expect((await json('create', 'configmap', 'dry', '--from-literal=mutation-start=yes', '--dry-run=server')).data).toEqual(data);
    expect(await server.kubectl('get', 'mutatingwebhookconfigurations')).toMatch(/^NAME +WEBHOOKS +AGE\nhooks +2 /);
  });

  it('change pods, whose defaults follow', async () => {
    await configure('Mutating', webhook('/sidecar', { rules: [{ ...CONFIG_MAPS, resources: ['pods'] }] }));
    await server.kubectl('wait', '--for=create', 'serviceaccount/default', '--timeout=60s');
    const pod = await json('run', 'p', '--image=i', '--dry-run=server');
    expect(pod.spec.initContainers).toMatchObject([
      { name: 'webhook-added-init-container', image: 'webhook-added-image', terminationMessagePolicy: 'File', imagePullPolicy: 'Always' },
    ]);
  });

  it('that hang are given up after their time: closed, or open', async () => {
    await configure('Validating', webhook('/slow', { timeoutSeconds: 1 }));
    const text = await refused('create', 'configmap', 'slow');
    expect(text).toContain('failed calling webhook "x.slow.k8s.io": failed to call webhook: Post "https://127.0.0.1:');
    expect(text).toContain('/slow?timeout=1s": context deadline exceeded');
    await configure('Validating', webhook('/slow', { timeoutSeconds: 1, failurePolicy: 'Ignore' }));
    await server.kubectl('create', 'configmap', 'slow');
  });

  it('that are not trusted, or not there, refuse or let pass by their failure policy', async () => {
    const elsewhere = { clientConfig: { service: { namespace: 'default', name: 'none', path: '/configmaps' } } };
    await configure('Validating', webhook('/always-deny', { ...elsewhere, failurePolicy: 'Ignore' }));
    await server.kubectl('create', 'configmap', 'open');
    await configure('Validating', webhook('/always-deny', elsewhere));
    expect(await refused('create', 'configmap', 'closed')).toContain(
      'Post "https://none.default.svc:443/configmaps?timeout=10s": service "none" not found',
    );
    await configure('Validating', webhook('/always-deny', { clientConfig: { url: `${hook.url}/always-deny` } }));
    expect(await refused('create', 'configmap', 'closed')).toContain('x509: certificate signed by unknown authority');
  });

  it('keep custom resources from being defined, and cannot touch the configurations', async () => {
    const all = { apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], operations: ['*'] };
    const scoped = { apiGroups: ['apiextensions.k8s.io', 'admissionregistration.k8s.io'], apiVersions: ['*'], resources: ['*'], operations: ['*'] };
    await configure('Validating', webhook('/always-deny', { rules: [{ ...all, ...scoped }] }));
    await expect(apply(definition())).rejects.toThrow('this webhook denies all requests');
    await server.kubectl('annotate', 'validatingwebhookconfiguration', 'hooks', 'touched=yes');
  });
});

const definition = () => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'endpoints.stable.example.com' },
  spec: {
    group: 'stable.example.com',
    names: { plural: 'endpoints', kind: 'Endpoint' },
    scope: 'Namespaced',
    conversion: {
      strategy: 'Webhook',
      webhook: { clientConfig: { url: `${hook.url}/convert`, caBundle: hook.caBundle }, conversionReviewVersions: ['v1', 'v1beta1'] },
    },
    versions: ['v1', 'v2'].map((name) => ({
      name,
      served: true,
      storage: name === 'v1',
      schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
    })),
  },
});

it('custom resources are converted between their versions by a webhook', async () => {
  await apply(definition());
  await server.kubectl('wait', '--for=condition=Established', 'crd/endpoints.stable.example.com', '--timeout=60s');
  await apply({ apiVersion: 'stable.example.com/v1', kind: 'Endpoint', metadata: { name: 'a' }, hostPort: 'localhost:8080' });
  await apply({ apiVersion: 'stable.example.com/v2', kind: 'Endpoint', metadata: { name: 'b' }, host: 'other', port: '80' });
  const listed = await json('get', 'endpoints.v2.stable.example.com');
  expect(listed.items.map(({ host, port }: ReceivedReview) => [host, port])).toEqual([
    ['localhost', '8080'],
    ['other', '80'],
  ]);
  expect((await json('get', 'endpoints.v1.stable.example.com', 'b')).hostPort).toBe('other:80');
  await server.kubectl('delete', 'crd', 'endpoints.stable.example.com', '--timeout=60s');
});
