import type { AskAuthorizer, AuthorizationAnswer, AuthorizationQuestion } from '../../../../api/cel/library/authorizer.ts';
import { serviceAccountUser } from '../../../authn/service-account-claims.ts';
import type { AuthorizationAttributes, Authorizer, Decision } from '../../../contract/authorizer.ts';
import type { UserInfo } from '../../../contract/request.ts';
import { parseFieldSelector } from '../../../request/selection.ts';

function attributesOf(question: AuthorizationQuestion, requester: UserInfo): AuthorizationAttributes {
  const { serviceAccount, verb, path, group, resource, subresource, namespace, name, fieldSelector } = question;
  const user = serviceAccount ? serviceAccountUser(serviceAccount.namespace, serviceAccount.name) : requester;
  if (path !== undefined)
    return { user, verb, isResource: false, path, group: '', version: '', resource: '', subresource: '', namespace: '', name: '' };
  const asked = { user, verb, isResource: true, group, version: '*', resource, subresource, namespace, name, path: '' };
  const requirements = fieldSelector === '' ? undefined : requirementsOf(fieldSelector);
  return requirements ? { ...asked, fieldSelector: requirements } : asked;
}

/** Reads a field selector; one that cannot be read does not narrow the question. */
function requirementsOf(selector: string): AuthorizationAttributes['fieldSelector'] {
  try {
    return parseFieldSelector(selector);
  } catch {
    return undefined;
  }
}

const answerOf = ({ verdict, reason = '', evaluationError }: Decision): AuthorizationAnswer => ({
  allowed: verdict === 'allow',
  reason,
  ...(evaluationError === undefined ? {} : { error: evaluationError }),
});

/** Asks the server's authorizer for the expressions of a policy. */
export const askFor =
  (authorizer: Authorizer, requester: UserInfo): AskAuthorizer =>
  (question) => {
    const decision = authorizer.authorize(attributesOf(question, requester));
    return decision instanceof Promise ? decision.then(answerOf) : answerOf(decision);
  };
