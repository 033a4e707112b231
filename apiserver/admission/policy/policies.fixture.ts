import type { Ask, TestServer } from '../../test-server.fixture.ts';

const API = '/apis/admissionregistration.k8s.io/v1';
type Kind = 'Validating' | 'Mutating';

export const CONFIG_MAPS = {
  resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE', 'UPDATE'] }],
};

/** The work of an administrator with policies, and of users that are subject to them. */
export function policyWork({ ask }: TestServer) {
  const write = async (path: string, body: object, options: Ask = {}) => ask('POST', path, { body, ...options });
  const made = async (path: string, body: object) => {
    const answer = await write(path, body);
    if (answer.status !== 201) throw new Error(`${path}: ${answer.json.message}`);
  };
  return {
    policy: (kind: Kind, name: string, spec: object) =>
      made(`${API}/${kind.toLowerCase()}admissionpolicies`, {
        metadata: { name },
        spec: { matchConstraints: CONFIG_MAPS, ...(kind === 'Mutating' ? { reinvocationPolicy: 'Never' } : {}), ...spec },
      }),
    bind: (kind: Kind, policyName: string, spec: object = {}, name = policyName) =>
      made(`${API}/${kind.toLowerCase()}admissionpolicybindings`, {
        metadata: { name },
        spec: { policyName, ...(kind === 'Validating' ? { validationActions: ['Deny'] } : {}), ...spec },
      }),
    configMap: (name: string, data: Record<string, string>, options: Ask & { readonly labels?: object } = {}) =>
      write('/api/v1/namespaces/default/configmaps', { metadata: { name, labels: options.labels ?? {} }, data }, options),
  };
}

export type PolicyWork = ReturnType<typeof policyWork>;
