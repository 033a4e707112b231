import { errors } from '../../api/meta/status-error.ts';
import type { IncludeObject } from '../contract/form.ts';
import type { Stage } from '../contract/stage.ts';
import { formOf } from '../encode/negotiate.ts';

/** Agrees with the client on the form of the answer, before the request has an effect. @throws StatusError 406, 400. */
export const negotiate: Stage = {
  name: 'negotiate',
  handle(exchange, next) {
    const { headers, query } = exchange.request;
    exchange.form = formOf(headers.accept);
    exchange.includeObject = includeObjectOf(query);
    return next(exchange);
  },
};

function includeObjectOf(query: URLSearchParams): IncludeObject {
  if (query.size === 0) return 'Metadata';
  const value = query.get('includeObject') ?? '';
  switch (value) {
    case '':
    case 'Metadata':
      return 'Metadata';
    case 'None':
    case 'Object':
      return value;
    default:
      throw errors.badRequest(`unrecognized includeObject value: ${JSON.stringify(value)}`);
  }
}
