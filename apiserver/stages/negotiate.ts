import type { Form } from '../contract/form.ts';
import type { RequestInfo } from '../contract/request-info.ts';
import type { Registry } from '../contract/resource.ts';
import type { Stage } from '../contract/stage.ts';
import { formOf, isPlainAccept } from '../encode/negotiate.ts';

/** Agrees with the client on the form of the answer, before the request has an effect. @throws StatusError 406. */
export const negotiate = (registry: Registry): Stage => ({
  name: 'negotiate',
  handle(exchange, next) {
    const { headers } = exchange.request;
    exchange.form = isPlainAccept(headers.accept) ? PLAIN : negotiated(headers.accept, exchange.info, registry);
    return next(exchange);
  },
});

const PLAIN: Form = { media: 'json', as: 'object' };

function negotiated(accept: string | undefined, info: RequestInfo, registry: Registry): Form {
  if (!info.isResource) return formOf(accept, { custom: false, verb: 'other' });
  const kind = registry.find(info.group, info.version, info.plural)?.kind;
  const subresource = info.subresource === '' ? undefined : kind?.subresources.find(({ name }) => name === info.subresource);
  // Logs, proxies and their like answer in a form of their own.
  if (subresource?.query) return PLAIN;
  const verb = info.verb === 'list' || info.verb === 'watch' ? info.verb : 'other';
  const verbs = (subresource ?? kind)?.verbs;
  return formOf(accept, {
    custom: kind?.structural !== undefined,
    verb,
    hasTable: verbs === undefined || verbs.includes('get') || verbs.includes('list'),
  });
}
