import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '../../../../api/kinds/admissionregistration/index.ts';
import type { Live } from '../../../../api/meta/object.ts';
import type { StatusReason } from '../../../../api/meta/status-error.ts';
import { STATUS_CODES, StatusError } from '../../../../api/meta/status-error.ts';
import type { AdmissionAttributes } from '../../../contract/admission.ts';
import { forbidden } from '../../admitted.ts';
import { OPERATIONS } from '../../matching/rules.ts';
import type { AuthorizerValues } from '../expressions/request-variables.ts';
import { authorizerValues, requestVariables, withAuthorizer, withParam } from '../expressions/request-variables.ts';
import type { Invocation } from '../invocation/invocation.ts';
import { formOf, invocationsFor, namespaceObject } from '../invocation/invocation.ts';
import type { Param } from '../invocation/params.ts';
import type { ActivePolicy } from '../invocation/policy-source.ts';
import type { PolicyServices } from '../invocation/services.ts';
import { compiledOncePerGeneration } from '../invocation/services.ts';
import type { AuditAnnotation, Decision, Validator } from './validator.ts';
import { compileValidator, validate } from './validator.ts';

type Policy = ValidatingAdmissionPolicy;
type Binding = ValidatingAdmissionPolicyBinding;

interface Refusal {
  readonly policy: Live<Policy>;
  readonly binding: Live<Binding> | undefined;
  readonly message: string;
  readonly reason?: string | undefined;
}

const FAILURE_ANNOTATION = 'validation.policy.admission.k8s.io/validation_failure';
const MAX_ANNOTATION_BYTES = 10 * 1024;

/** Runs the validating policies that a request matches. @throws StatusError if one refuses it. */
export type ValidatingDispatcher = (active: readonly ActivePolicy<Policy, Binding>[], attributes: AdmissionAttributes) => Promise<void>;

export function validatingDispatcher(services: PolicyServices): ValidatingDispatcher {
  const compiled = compiledOncePerGeneration(compileValidator);

  return async (active, attributes) => {
    const refusals: Refusal[] = [];
    const annotations = new Annotations();
    let authorizer: AuthorizerValues | undefined;
    for (const { invocation, fault } of await invocationsFor(active, attributes, services)) {
      if (fault) {
        if (fault.policy.spec?.failurePolicy !== 'Ignore') refusals.push(fault);
        continue;
      }
      authorizer ??= authorizerValues(attributes, services.authorizer);
      for (const refusal of await invoke(invocation, attributes, compiled(invocation.policy), authorizer, annotations)) refusals.push(refusal);
    }
    annotations.publish(attributes);
    const [first] = refusals;
    if (first) throw refusalError(attributes, first);
  };

  /** Judges a request by one policy at one binding, once for each parameter. */
  async function invoke(
    { policy, binding, kind, params }: Invocation<Policy, Binding>,
    attributes: AdmissionAttributes,
    validator: Validator,
    authorizer: AuthorizerValues,
    annotations: Annotations,
  ): Promise<Refusal[]> {
    if (params.length === 0) return [];
    const form = await formOf(attributes, kind);
    const namespace = await namespaceObject(attributes, services.objects);
    const known = requestVariables({ attributes, form, namespace });
    // Conditions know neither the namespace nor which resource the rule named.
    const bare = requestVariables({ attributes, form, resource: attributes.kind, namespace: undefined });
    const judge = async (param: Param) => {
      const messages = withParam(known, param);
      const variables = {
        conditions: withAuthorizer(withParam(bare, param), authorizer),
        validations: withAuthorizer(messages, authorizer),
        messages,
      };
      return validate(validator, variables, services.clock, ({ failed, seconds }) => {
        services.metrics.conditions(policy.metadata.name, OPERATIONS[attributes.verb], failed, seconds);
      });
    };
    const refusals: Refusal[] = [];
    for (const param of params) {
      const { decisions, annotations: found } = await judge(param);
      decisions.forEach((decision, i) => {
        if (act(decision, i, policy, binding, attributes)) refusals.push({ policy, binding, ...decision });
      });
      for (const annotation of found) {
        const fault = noteAnnotation(annotation, policy, binding, annotations);
        if (fault !== undefined) refusals.push({ policy, binding, message: fault });
      }
    }
    return refusals;
  }

  /** Does what the binding asks for about a judgement. Returns whether the request is to be refused. */
  function act(decision: Decision, index: number, policy: Live<Policy>, binding: Live<Binding>, attributes: AdmissionAttributes): boolean {
    const { message, error, seconds } = decision;
    const [policyName, bindingName] = [policy.metadata.name, binding.metadata.name];
    const record = (action: string) => services.metrics.validated(policyName, bindingName, error, action, seconds);
    if (!decision.isDenied) {
      if (error !== 'no_error') record('allow');
      return false;
    }
    const { validationActions } = binding.spec;
    let isRefused = false;
    for (const action of validationActions) {
      record(action.toLowerCase());
      if (action === 'Deny') isRefused = true;
      else if (action === 'Warn') {
        attributes.warn(`Validation failed for ValidatingAdmissionPolicy '${policyName}' with binding '${bindingName}': ${message}`);
      } else {
        const failure = { message, policy: binding.spec.policyName, binding: bindingName, expressionIndex: index, validationActions };
        attributes.annotate(FAILURE_ANNOTATION, JSON.stringify([failure]));
      }
    }
    return isRefused;
  }

  /** Returns the message of a refusal if the annotation could not be made. */
  function noteAnnotation(annotation: AuditAnnotation, policy: Live<Policy>, binding: Live<Binding>, annotations: Annotations): string | undefined {
    if (annotation.error === undefined) {
      annotations.add(`${policy.metadata.name}/${annotation.key}`, annotation.value);
      return undefined;
    }
    services.metrics.validated(policy.metadata.name, binding.metadata.name, annotation.type, 'deny', annotation.seconds);
    return annotation.error;
  }
}

/** The audit annotations of policies: several values of one key, of several parameters, are joined. */
class Annotations {
  readonly #values = new Map<string, Set<string>>();

  add(key: string, value: string): void {
    const values = this.#values.get(key) ?? new Set();
    this.#values.set(key, values.add(truncated(value)));
  }

  publish(attributes: AdmissionAttributes): void {
    for (const [key, values] of this.#values) attributes.annotate(key, [...values].join(', '));
  }
}

const truncated = (value: string): string =>
  value.length * 3 <= MAX_ANNOTATION_BYTES ? value : Buffer.from(value).subarray(0, MAX_ANNOTATION_BYTES).toString();

const isReason = (reason: string): reason is StatusReason => Object.hasOwn(STATUS_CODES, reason);

function refusalError(attributes: AdmissionAttributes, { policy, binding, message, reason = '' }: Refusal): StatusError {
  const bound = binding ? ` with binding '${binding.metadata.name}'` : '';
  const text = `ValidatingAdmissionPolicy '${policy.metadata.name}'${bound} denied request: ${message}`;
  const refusal = forbidden(attributes, text);
  return new StatusError(isReason(reason) ? reason : 'Invalid', refusal.message, { ...refusal.details, causes: [{ message: text }] });
}
