import type { MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding } from '../../../../api/kinds/admissionregistration/index.ts';
import type { KubeObject, Live } from '../../../../api/meta/object.ts';
import { StatusError } from '../../../../api/meta/status-error.ts';
import { EvaluationError } from '../../../../base/cel/values.ts';
import { semanticEqual } from '../../../../base/equality.ts';
import type { AdmissionAttributes } from '../../../contract/admission.ts';
import { forbidden } from '../../admitted.ts';
import { OPERATIONS } from '../../matching/rules.ts';
import { COST_BUDGET, MATCH_COST_BUDGET, OutOfBudget, startRun } from '../expressions/activation.ts';
import { evaluateConditions } from '../expressions/match-conditions.ts';
import type { AuthorizerValues } from '../expressions/request-variables.ts';
import { authorizerValues, requestVariables, withAuthorizer, withParam } from '../expressions/request-variables.ts';
import type { Invocation } from '../invocation/invocation.ts';
import { formOf, invocationsFor, namespaceObject } from '../invocation/invocation.ts';
import type { Param } from '../invocation/params.ts';
import type { ErrorType } from '../invocation/policy-metrics.ts';
import type { ActivePolicy } from '../invocation/policy-source.ts';
import type { PolicyServices } from '../invocation/services.ts';
import { compiledOncePerGeneration } from '../invocation/services.ts';
import type { CompiledMutation, Mutator } from './mutator.ts';
import { compileMutator, configurationOf, patchOf } from './mutator.ts';
import { applyConfiguration, applyPatch } from './patches.ts';
import type { Reinvocation } from './reinvocation.ts';
import { reinvocations } from './reinvocation.ts';

type Policy = MutatingAdmissionPolicy;
type Binding = MutatingAdmissionPolicyBinding;

const ALWAYS = { matches: true, error: undefined } as const;

interface Refusal {
  readonly policy: Live<Policy>;
  readonly binding: Live<Binding> | undefined;
  readonly message: string;
  /** Default: Forbidden. */
  readonly reason?: 'Invalid';
}

/** Runs the mutating policies that a request matches. @throws StatusError if one that must not fail does. */
export type MutatingDispatcher = (active: readonly ActivePolicy<Policy, Binding>[], attributes: AdmissionAttributes) => Promise<void>;

export function mutatingDispatcher(services: PolicyServices): MutatingDispatcher {
  const compiled = compiledOncePerGeneration(compileMutator);
  const courseOf = reinvocations();

  return async (active, attributes) => {
    const refusals: Refusal[] = [];
    const steps = await invocationsFor(active, attributes, services);
    for (const { fault } of steps) if (fault) refusals.push(fault);
    const invocations = steps.flatMap(({ invocation }) => (invocation && invocation.params.length > 0 ? [invocation] : []));
    if (invocations.length > 0) {
      const course = courseOf(attributes);
      course.begin(attributes.object);
      try {
        const authorizer = authorizerValues(attributes, services.authorizer);
        for (const invocation of invocations) {
          for (const refusal of await invoke(invocation, attributes, authorizer, course)) refusals.push(refusal);
        }
      } finally {
        course.end(attributes.object);
      }
    }
    const counted = refusals.filter(({ policy }) => policy.spec?.failurePolicy !== 'Ignore');
    if (counted.length > 0) throw refusalError(attributes, counted);
  };

  /** Applies one policy at one binding, once for each parameter. */
  async function invoke(
    invocation: Invocation<Policy, Binding>,
    attributes: AdmissionAttributes,
    authorizer: AuthorizerValues,
    course: Reinvocation,
  ): Promise<Refusal[]> {
    const { policy, binding, params } = invocation;
    const mutator = compiled(policy);
    const refusals: Refusal[] = [];
    for (const param of params) {
      const key = [policy.metadata.name, binding.metadata.name, param?.metadata?.namespace ?? '', param?.metadata?.name ?? ''].join('/');
      const matched = await meetsConditions(mutator, invocation, attributes, param, authorizer);
      if (matched.error !== undefined) refusals.push({ policy, binding, message: matched.error, reason: 'Invalid' });
      else if (matched.matches && course.isDue(key)) {
        const before = attributes.object;
        for (const mutation of mutator.mutations) {
          const message = await mutate(mutation, mutator, invocation, attributes, param, authorizer);
          if (message !== undefined) refusals.push({ policy, binding, message, reason: 'Invalid' });
        }
        if (!semanticEqual(before, attributes.object)) {
          course.changed();
          attributes.reinvoke();
        }
        if (mutator.isReinvocable) course.invoked(key);
      }
    }
    return refusals;
  }

  async function meetsConditions(
    { conditions, variables, isIgnored }: Mutator,
    { policy, kind }: Invocation<Policy, Binding>,
    attributes: AdmissionAttributes,
    param: Param,
    authorizer: AuthorizerValues,
  ) {
    if (conditions.length === 0) return ALWAYS;
    const form = await formOf(attributes, kind);
    const bare = requestVariables({ attributes, form, resource: attributes.kind, namespace: undefined });
    const known = withAuthorizer(withParam(bare, param), authorizer);
    const outcome = await evaluateConditions(startRun(known, variables, MATCH_COST_BUDGET, services.clock), conditions, isIgnored);
    services.metrics.conditions(policy.metadata.name, OPERATIONS[attributes.verb], outcome.failed, outcome.seconds);
    return outcome;
  }

  /** Changes the object of a request. Returns why it cannot; @throws StatusError for an answer that does not depend on the failure policy */
  async function mutate(
    mutation: CompiledMutation,
    { variables }: Mutator,
    { policy, binding, kind }: Invocation<Policy, Binding>,
    attributes: AdmissionAttributes,
    param: Param,
    authorizer: AuthorizerValues,
  ): Promise<string | undefined> {
    const { expression, patchType } = mutation;
    const form = await formOf(attributes, kind);
    const { object } = form;
    if (!object) return undefined;
    const record = (error: ErrorType, seconds: number) => services.metrics.mutated(policy.metadata.name, binding.metadata.name, error, seconds);
    if (!expression.program) {
      record('compile_error', 0);
      return expression.fault;
    }
    const began = services.clock.monotonic();
    const elapsed = () => (services.clock.monotonic() - began) / 1_000;
    try {
      const namespace = await namespaceObject(attributes, services.objects);
      const known = withAuthorizer(withParam(requestVariables({ attributes, form, namespace }), param), authorizer);
      const { value = null, error } = await startRun(known, variables, COST_BUDGET, services.clock).evaluate(expression);
      if (error !== undefined) throw new EvaluationError(error);
      const next: KubeObject =
        patchType === 'JSONPatch' ? applyPatch(object, patchOf(value), kind) : applyConfiguration(object, configurationOf(value), kind);
      if (next !== object) await attributes.replace(next, kind);
      record('no_error', elapsed());
      return undefined;
    } catch (error) {
      record(error instanceof OutOfBudget ? 'out_of_budget' : 'invalid_error', elapsed());
      if (error instanceof EvaluationError || error instanceof OutOfBudget) return error.message;
      throw error;
    }
  }
}

/** The first refusal decides about the answer; all are among its causes. */
function refusalError(attributes: AdmissionAttributes, refusals: readonly Refusal[]): StatusError {
  const causes = refusals.map(({ policy, binding, message }) => {
    const { name } = policy.metadata;
    const who = binding ? `policy '${name}' with binding '${binding.metadata.name}'` : `policy ${JSON.stringify(name)}`;
    return { message: `${who} denied request: ${message}` };
  });
  const { details } = forbidden(attributes, '');
  return new StatusError(refusals[0]?.reason ?? 'Forbidden', causes[0]?.message ?? '', { ...details, causes }, 403);
}
