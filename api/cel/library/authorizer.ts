import type { Functions, Library, Overload } from '../../../base/cel/functions.ts';
import { Suspended } from '../../../base/cel/suspension.ts';
import type { CelType } from '../../../base/cel/types.ts';
import { BOOL, objectType, STRING } from '../../../base/cel/types.ts';
import type { Value } from '../../../base/cel/values.ts';
import { EvaluationError, noSuchOverload, OpaqueValue } from '../../../base/cel/values.ts';
import { labelName, subdomainName } from '../../validation/name-rules.ts';

export const AUTHORIZER_TYPE: CelType = objectType('kubernetes.authorization.Authorizer');
export const PATH_CHECK_TYPE: CelType = objectType('kubernetes.authorization.PathCheck');
export const GROUP_CHECK_TYPE: CelType = objectType('kubernetes.authorization.GroupCheck');
export const RESOURCE_CHECK_TYPE: CelType = objectType('kubernetes.authorization.ResourceCheck');
export const DECISION_TYPE: CelType = objectType('kubernetes.authorization.Decision');

/** The request that an expression asks about. */
export interface AuthorizationQuestion {
  /** The service account that is asked for instead of the requesting user. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
  readonly verb: string;
  /** A path that is no resource; the other fields are empty then. */
  readonly path?: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly fieldSelector: string;
  readonly labelSelector: string;
}

export interface AuthorizationAnswer {
  readonly allowed: boolean;
  readonly reason: string;
  /** Undefined if the authorizer made no error. */
  readonly error?: string;
}

/** Asks an authorizer on behalf of the requesting user. An answer that is not there yet suspends the evaluation: see `evaluateInTurns`. */
export type AskAuthorizer = (question: AuthorizationQuestion) => AuthorizationAnswer | Promise<AuthorizationAnswer>;

type Part = Omit<AuthorizationQuestion, 'verb'>;
const NOTHING: Part = { group: '', resource: '', subresource: '', namespace: '', name: '', fieldSelector: '', labelSelector: '' };

/** A question in the making: an authorizer, or a check that it was asked to prepare. */
class Check extends OpaqueValue {
  readonly type: CelType;
  readonly part: Part;
  readonly ask: AskAuthorizer;
  constructor(type: CelType, part: Part, ask: AskAuthorizer) {
    super();
    this.type = type;
    this.part = part;
    this.ask = ask;
  }
  equals(other: OpaqueValue): boolean {
    return other instanceof Check && JSON.stringify(other.part) === JSON.stringify(this.part);
  }
}

class DecisionValue extends OpaqueValue {
  readonly type = DECISION_TYPE;
  readonly answer: AuthorizationAnswer;
  constructor(answer: AuthorizationAnswer) {
    super();
    this.answer = answer;
  }
  equals(other: OpaqueValue): boolean {
    return other === this;
  }
}

/** Returns the value of the variable `authorizer`. It remembers answers: make one for each request. */
export function authorizerValue(ask: AskAuthorizer): Value {
  const answers = new Map<string, AuthorizationAnswer>();
  return new Check(AUTHORIZER_TYPE, NOTHING, (question) => {
    const key = JSON.stringify(question);
    const known = answers.get(key);
    if (known) return known;
    const answer = ask(question);
    if (!(answer instanceof Promise)) {
      answers.set(key, answer);
      return answer;
    }
    throw new Suspended(
      answer.then((decided) => {
        answers.set(key, decided);
      }),
    );
  });
}

/** Returns the value of `authorizer.requestResource`: a check of what the request itself concerns. */
export function requestResourceValue(
  authorizer: Value,
  resource: Pick<AuthorizationQuestion, 'group' | 'resource' | 'subresource' | 'namespace' | 'name'>,
): Value {
  const check = checkOf(authorizer);
  return new Check(RESOURCE_CHECK_TYPE, { ...check.part, ...resource }, check.ask);
}

function checkOf(value: Value | undefined): Check {
  if (!(value instanceof Check)) throw noSuchOverload();
  return value;
}
function text(value: Value | undefined): string {
  if (typeof value !== 'string') throw noSuchOverload();
  return value;
}

const step = (id: string, from: CelType, to: CelType, change: (value: string) => Partial<Part>): readonly Overload[] => [
  {
    id,
    member: true,
    params: [from, STRING],
    result: to,
    call: (check, value) => {
      const { part, ask } = checkOf(check);
      return new Check(to, { ...part, ...change(text(value)) }, ask);
    },
  },
];

function present(value: string, what: string): string {
  if (value.trim() === '') throw new EvaluationError(`${what} must not be empty`);
  return value;
}

const decided = (id: string, result: CelType, read: (answer: AuthorizationAnswer) => Value): readonly Overload[] => [
  {
    id,
    member: true,
    params: [DECISION_TYPE],
    result,
    call: (decision) => {
      if (!(decision instanceof DecisionValue)) throw noSuchOverload();
      return read(decision.answer);
    },
  },
];

const check = (id: string, from: CelType): Overload => ({
  id,
  member: true,
  params: [from, STRING],
  result: DECISION_TYPE,
  call: (value, verb) => {
    const { part, ask } = checkOf(value);
    const answer = ask({ ...part, verb: text(verb) });
    if (answer instanceof Promise) throw new RangeError('the authorizer of an expression answers at once or suspends the evaluation');
    return new DecisionValue(answer);
  },
});

const RC = RESOURCE_CHECK_TYPE;

const functions: Functions = {
  path: step('authorizer_path', AUTHORIZER_TYPE, PATH_CHECK_TYPE, (path) => ({ path: present(path, 'path') })),
  group: step('authorizer_group', AUTHORIZER_TYPE, GROUP_CHECK_TYPE, (group) => ({ group })),
  serviceAccount: [
    {
      id: 'authorizer_serviceaccount',
      member: true,
      params: [AUTHORIZER_TYPE, STRING, STRING],
      result: AUTHORIZER_TYPE,
      call: (authorizer, namespace, name) => {
        const { part, ask } = checkOf(authorizer);
        if (subdomainName(text(name), false).length > 0) throw new EvaluationError('Invalid service account name');
        if (labelName(text(namespace), false).length > 0) throw new EvaluationError('Invalid service account namespace');
        return new Check(AUTHORIZER_TYPE, { ...part, serviceAccount: { namespace: text(namespace), name: text(name) } }, ask);
      },
    },
  ],
  resource: step('groupcheck_resource', GROUP_CHECK_TYPE, RC, (resource) => ({ resource: present(resource, 'resource') })),
  subresource: step('resourcecheck_subresource', RC, RC, (subresource) => ({ subresource })),
  namespace: step('resourcecheck_namespace', RC, RC, (namespace) => ({ namespace })),
  name: step('resourcecheck_name', RC, RC, (name) => ({ name })),
  fieldSelector: step('authorizer_fieldselector', RC, RC, (fieldSelector) => ({ fieldSelector })),
  labelSelector: step('authorizer_labelselector', RC, RC, (labelSelector) => ({ labelSelector })),
  check: [check('pathcheck_check', PATH_CHECK_TYPE), check('resourcecheck_check', RC)],
  errored: decided('decision_errored', BOOL, ({ error }) => error !== undefined),
  error: decided('decision_error', STRING, ({ error }) => error ?? ''),
  allowed: decided('decision_allowed', BOOL, ({ allowed }) => allowed),
  reason: decided('decision_reason', STRING, ({ reason }) => reason),
};

/** Authorization checks within expressions. */
export const authorizerLibrary: Library = { functions };
