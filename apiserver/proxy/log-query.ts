import { errors } from '../../api/meta/status-error.ts';
import type { FieldError } from '../../api/schema/field-error.ts';
import { forbidden, invalid, notSupported } from '../../api/schema/field-error.ts';
import { isTrue } from '../request/request-info.ts';

const KIND = { group: '', plural: 'podlogoptions', kind: 'PodLogOptions' };
const FLAGS = ['follow', 'previous', 'timestamps'];
const STREAMS = ['All', 'Stdout', 'Stderr'];

/** A count in the query, checked; undefined where it is not given. */
function count(query: URLSearchParams, name: string, least: number, must: string, wrong: FieldError[]): string | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!/^-?\d+$/.test(text)) throw errors.badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  if (value < least) wrong.push(invalid(name, value, must));
  return text;
}

/**
 * The query of `pods/NAME/log` in the form that a node agent takes.
 * @throws StatusError 422 for values that make no sense, as upstream's ValidatePodLogOptions.
 */
export function agentLogQuery(query: URLSearchParams): URLSearchParams {
  if (isTrue(query.get('insecureSkipTLSVerifyBackend')))
    throw errors.badRequest('insecureSkipTLSVerifyBackend is not supported: agents have certificates of the cluster');
  const passed = new URLSearchParams();
  const wrong: FieldError[] = [];
  for (const flag of FLAGS) if (isTrue(query.get(flag))) passed.set(flag, 'true');
  const counts = {
    tailLines: count(query, 'tailLines', 0, 'must be greater than or equal to 0', wrong),
    limitBytes: count(query, 'limitBytes', 1, 'must be greater than 0', wrong),
    sinceSeconds: count(query, 'sinceSeconds', 1, 'must be greater than 0', wrong),
  };
  for (const [name, value] of Object.entries(counts)) if (value !== undefined) passed.set(name, value);
  const sinceTime = query.get('sinceTime');
  if (sinceTime) {
    if (Number.isNaN(Date.parse(sinceTime))) throw errors.badRequest(`sinceTime: ${JSON.stringify(sinceTime)} is no RFC 3339 time`);
    if (counts.sinceSeconds !== undefined) wrong.push(forbidden('', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
    passed.set('sinceTime', sinceTime);
  }
  const stream = query.get('stream');
  if (stream) {
    if (!STREAMS.includes(stream)) wrong.push(notSupported('stream', stream, STREAMS));
    else if (stream !== 'All' && counts.tailLines !== undefined) {
      wrong.push(forbidden('', '`tailLines` and specific `stream` are mutually exclusive for now'));
    }
    passed.set('stream', stream);
  }
  if (wrong.length > 0) throw errors.invalid(KIND, '', wrong);
  return passed;
}
