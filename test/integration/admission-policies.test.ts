import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';

const LIMIT = `apiVersion: rules.example.com/v1
kind: ReplicaLimit
metadata: {name: small}
maxReplicas: 3
`;

const DEFINITION = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: replicalimits.rules.example.com}
spec:
  group: rules.example.com
  names: {kind: ReplicaLimit, plural: replicalimits}
  scope: Cluster
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, properties: {maxReplicas: {type: integer}}}}
`;

const POLICY = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: replicas.example.com}
spec:
  paramKind: {apiVersion: rules.example.com/v1, kind: ReplicaLimit}
  matchConstraints:
    resourceRules:
      - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}
  validations:
    - expression: object.spec.replicas <= params.maxReplicas
      messageExpression: "'at most ' + string(params.maxReplicas) + ' replicas, not ' + string(object.spec.replicas)"
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: replicas.example.com}
spec:
  policyName: replicas.example.com
  validationActions: [Deny]
  paramRef: {name: small, parameterNotFoundAction: Deny}
  matchResources: {namespaceSelector: {matchLabels: {limited: "yes"}}}
`;

const MUTATION = `apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: sidecar.example.com}
spec:
  reinvocationPolicy: IfNeeded
  matchConstraints:
    resourceRules:
      - {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}
  matchConditions:
    - {name: no-sidecar, expression: "!object.spec.containers.exists(c, c.name == 'mesh')"}
  mutations:
    - patchType: ApplyConfiguration
      applyConfiguration:
        expression: "Object{spec: Object.spec{containers: [Object.spec.containers{name: 'mesh', image: 'mesh:1'}]}}"
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: sidecar.example.com}
spec: {policyName: sidecar.example.com}
`;

let cluster: KubectlCluster;
beforeAll(async () => {
  cluster = await startKubectlCluster();
});
afterAll(() => cluster.stop());

describe('a ValidatingAdmissionPolicy', () => {
  it('refuses what its parameters do not allow, in the namespaces that it is bound to', async () => {
    const { kubectl } = cluster;
    await kubectl.input(DEFINITION, 'apply', '-f', '-');
    await kubectl('wait', '--for=condition=Established', 'crd/replicalimits.rules.example.com', '--timeout=60s');
    await kubectl.input(LIMIT, 'apply', '-f', '-');
    await kubectl.input(POLICY, 'apply', '-f', '-');
    const limited = await cluster.namespace('limited');
    await kubectl('label', 'namespace', 'limited', 'limited=yes');
    const create = (replicas: number) => ['create', 'deployment', 'web', '--image=web:1', `--replicas=${replicas}`];
    expect(await limited.fails(create(5))).toBe(
      `error: failed to create deployment: deployments.apps "web" is forbidden: ValidatingAdmissionPolicy 'replicas.example.com' with binding 'replicas.example.com' denied request: at most 3 replicas, not 5\n`,
    );
    await limited(...create(3));
    await kubectl('patch', 'replicalimit', 'small', '--type=merge', '--patch={"maxReplicas":5}');
    await limited('patch', 'deployment', 'web', '--patch={"spec":{"replicas":5}}');
    const free = await cluster.namespace('free');
    await free(...create(9));
  });

  it('is printed with its parameters, and explained', async () => {
    const { kubectl } = cluster;
    expect(await kubectl('get', 'validatingadmissionpolicies')).toMatch(
      /^NAME +VALIDATIONS +PARAMKIND +AGE\nreplicas\.example\.com +1 +rules\.example\.com\/v1\/ReplicaLimit +[\dms]+\n$/,
    );
    expect(await kubectl('get', 'validatingadmissionpolicybindings')).toMatch(
      /^NAME +POLICYNAME +PARAMREF +AGE\nreplicas\.example\.com +replicas\.example\.com +small +[\dms]+\n$/,
    );
    expect(await kubectl('explain', 'validatingadmissionpolicy.spec.validations.messageExpression')).toMatch(/FIELD: messageExpression <string>/);
  });

  it('has its types checked', async () => {
    const { kubectl } = cluster;
    await kubectl('patch', 'validatingadmissionpolicy', 'replicas.example.com', '--type=json', '--patch', BAD_EXPRESSION);
    await eventually(async () => {
      const warning = await kubectl.path('{.status.typeChecking.expressionWarnings[0].warning}', 'validatingadmissionpolicy', 'replicas.example.com');
      expect(warning).toMatch(/^apps\/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'replica'\n \| object\.spec\.replica == 1/);
    });
  });

  it('is refused if an expression cannot be compiled', async () => {
    const bad = POLICY.replace('object.spec.replicas <= params.maxReplicas', 'objekt.spec.replicas > 1');
    expect(await cluster.kubectl.fails(['apply', '-f', '-'], bad)).toMatch(
      /spec\.validations\[0\]\.expression: Invalid value: "objekt\.spec\.replicas > 1": compilation failed: ERROR: <input>:1:1: undeclared reference to 'objekt'/,
    );
  });
});

const BAD_EXPRESSION = JSON.stringify([{ op: 'replace', path: '/spec/validations/0/expression', value: 'object.spec.replica == 1' }]);

describe('a MutatingAdmissionPolicy', () => {
  it('adds a container to each new pod that has none of the name', async () => {
    const { kubectl } = cluster;
    const team = await cluster.namespace('team');
    await kubectl.input(MUTATION, 'apply', '-f', '-');
    await team('run', 'web', '--image=web:1');
    expect(await team.path('{.spec.containers[*].image}', 'pod', 'web')).toBe('web:1 mesh:1');
    expect(await kubectl('get', 'mutatingadmissionpolicies')).toMatch(
      /^NAME +MUTATIONS +PARAMKIND +AGE\nsidecar\.example\.com +1 +<unset> +[\dms]+\n$/,
    );
    await kubectl('delete', 'mutatingadmissionpolicybinding', 'sidecar.example.com');
    await team('run', 'plain', '--image=web:1');
    expect(await team.path('{.spec.containers[*].image}', 'pod', 'plain')).toBe('web:1');
  });
});
