import { describe, expect, it } from '@jest/globals';
import { codecOf } from '../../definition/codec.ts';
import type { KubeObject, Live } from '../../meta/object.ts';
import { fieldErrorText } from '../../schema/field-error.ts';
import { mutatingWebhookConfigurations, validatingWebhookConfigurations } from './index.ts';
import type { MutatingWebhookConfiguration } from './mutating-webhook-configuration.ts';

const HOOK = {
  name: 'a.example.com',
  admissionReviewVersions: ['v1'],
  sideEffects: 'None',
  clientConfig: { url: 'https://example.com/hook' },
  rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
};

function decoded(...webhooks: object[]): MutatingWebhookConfiguration {
  const codec = codecOf(mutatingWebhookConfigurations);
  const result = codec.decode({ metadata: { name: 'm' }, webhooks });
  if (!result.ok) throw new Error(result.message);
  codec.applyDefaults(result.object);
  return result.object;
}

const faults = (...webhooks: object[]): string[] =>
  (mutatingWebhookConfigurations.strategy.validate?.(decoded(...webhooks)) ?? []).map(fieldErrorText);

it('gives webhooks upstream’s defaults', () => {
  expect(decoded(HOOK).webhooks).toEqual([
    {
      ...HOOK,
      failurePolicy: 'Fail',
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      timeoutSeconds: 10,
      reinvocationPolicy: 'Never',
      rules: [{ ...HOOK.rules[0], scope: '*' }],
    },
  ]);
  const { clientConfig } = decoded({ ...HOOK, clientConfig: { service: { namespace: 'n', name: 's' } } }).webhooks?.[0] ?? {};
  expect(clientConfig).toEqual({ service: { namespace: 'n', name: 's', port: 443 } });
});

describe('a webhook', () => {
  it('may have everything', () => expect(faults(HOOK)).toEqual([]));

  it.each<[string, object, string[]]>([
    ['name', { name: 'a.b' }, ['name: Invalid value: "a.b": should be a domain with at least three segments separated by dots']],
    ['sideEffects', { sideEffects: 'Some' }, ['sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"']],
    ['sideEffects', { sideEffects: undefined }, ['sideEffects: Required value: must specify one of None, NoneOnDryRun']],
    ['timeoutSeconds', { timeoutSeconds: 31 }, ['timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds']],
    [
      'review versions',
      { admissionReviewVersions: ['v2'] },
      ['admissionReviewVersions: Invalid value: ["v2"]: must include at least one of v1, v1beta1'],
    ],
    ['review versions', { admissionReviewVersions: ['v1', 'v1'] }, ['admissionReviewVersions[1]: Invalid value: "v1": duplicate version']],
    ['clientConfig', { clientConfig: {} }, ['clientConfig: Required value: exactly one of url or service is required']],
    [
      'url',
      { clientConfig: { url: 'http://me@h/?q#f' } },
      [
        'clientConfig.url: Invalid value: "http": \'https\' is the only allowed URL scheme; desired format: https://host[/path]',
        'clientConfig.url: Invalid value: "me": user information is not permitted in the URL',
        'clientConfig.url: Invalid value: "f": fragments are not permitted in the URL',
        'clientConfig.url: Invalid value: "q": query parameters are not permitted in the URL',
      ],
    ],
    [
      'url',
      { clientConfig: { url: 'https://h:x' } },
      [
        'clientConfig.url: Required value: url must be a valid URL: parse "https://h:x": invalid port ":x" after host; desired format: https://host[/path]',
      ],
    ],
    [
      'service',
      { clientConfig: { service: { namespace: '', name: 's', port: 1, path: 'a//b' } } },
      [
        'clientConfig.service.name: Required value',
        'clientConfig.service.path: Invalid value: "a//b": must start with a \'/\'',
        'clientConfig.service.path: Invalid value: "a//b": segment[0] may not be empty',
        'clientConfig.service.path: Invalid value: "a//b": segment[1] may not be empty',
      ],
    ],
  ])('is refused for its %s', (_what, own, expected) => expect(faults({ ...HOOK, ...own })).toEqual(expected.map((text) => `webhooks[0].${text}`)));

  it.each<[string, object, string[]]>([
    [
      'operations',
      { operations: ['*', 'CREATE'] },
      ['operations: Invalid value: ["*","CREATE"]: if \'*\' is present, must not specify other operations'],
    ],
    [
      'operations',
      { operations: ['READ'] },
      ['operations[0]: Unsupported value: "READ": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"'],
    ],
    ['groups', { apiGroups: ['*', 'apps'] }, ['apiGroups: Invalid value: ["*","apps"]: if \'*\' is present, must not specify other API groups']],
    ['versions', { apiVersions: [''] }, ['apiVersions[0]: Required value']],
    [
      'resources',
      { resources: ['pods/*', 'pods/log'] },
      ['resources[1]: Invalid value: "pods/log": if \'pods/*\' is present, must not specify pods/log'],
    ],
    [
      'resources',
      { resources: ['*/*', 'pods'] },
      ['resources: Invalid value: ["*/*","pods"]: if \'*/*\' is present, must not specify other resources'],
    ],
    [
      'resources',
      { resources: ['*', 'pods'] },
      ['resources: Invalid value: ["*","pods"]: if \'*\' is present, must not specify other resources without subresources'],
    ],
    ['scope', { scope: 'All' }, ['scope: Unsupported value: "All": supported values: "*", "Cluster", "Namespaced"']],
  ])('is refused for the %s of a rule', (_what, own, expected) =>
    expect(faults({ ...HOOK, rules: [{ ...HOOK.rules[0], ...own }] })).toEqual(expected.map((text) => `webhooks[0].rules[0].${text}`)),
  );
});

it('names each webhook once', () => {
  expect(faults(HOOK, HOOK)).toEqual(['webhooks[1].name: Duplicate value: "a.example.com"']);
});

it('looks at match conditions again only if an update changes them', () => {
  const old = decoded({ ...HOOK, matchConditions: [{ name: 'c', expression: '' }] });
  const update = (now: KubeObject) => (validatingWebhookConfigurations.strategy.validateUpdate?.(now, old as Live) ?? []).map(fieldErrorText);
  expect(update(decoded({ ...HOOK, matchConditions: [{ name: 'c', expression: '' }], timeoutSeconds: 5 }))).toEqual([]);
  expect(update(decoded({ ...HOOK, matchConditions: [{ name: 'd', expression: '' }] }))).toEqual([
    'webhooks[0].matchConditions[0].expression: Required value',
  ]);
});
