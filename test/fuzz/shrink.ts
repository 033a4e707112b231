import { isObject } from '../../base/json.ts';
import type { FuzzRequest } from './request.ts';

/** Tries at most so many smaller requests. */
const MAX_TRIES = 150;

/** Returns the smallest request found that still fails. */
export async function shrink(request: FuzzRequest, fails: (request: FuzzRequest) => Promise<boolean>): Promise<FuzzRequest> {
  let smallest = request;
  let tries = 0;
  for (let progress = true; progress; ) {
    progress = false;
    for (const smaller of smallerThan(smallest)) {
      if (++tries > MAX_TRIES) return smallest;
      if (!(await fails(smaller))) continue;
      smallest = smaller;
      progress = true;
      break;
    }
  }
  return smallest;
}

function* smallerThan(request: FuzzRequest): Generator<FuzzRequest> {
  const { path, headers, body } = request;
  const [bare = '', query = ''] = path.split('?');
  const terms = query === '' ? [] : query.split('&');
  for (const term of terms) {
    const rest = terms.filter((other) => other !== term);
    yield { ...request, path: rest.length === 0 ? bare : `${bare}?${rest.join('&')}` };
  }
  for (const name of Object.keys(headers))
    yield { ...request, headers: Object.fromEntries(Object.entries(headers).filter(([other]) => other !== name)) };
  if (!body || body.length === 0) return;
  const value = parsed(body);
  if (value === undefined) {
    yield { ...request, body: body.subarray(0, body.length >> 1) };
    yield { ...request, body: body.subarray(body.length >> 1) };
    return;
  }
  for (const smaller of smallerValues(value)) yield { ...request, body: Buffer.from(JSON.stringify(smaller)) };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

/** Leaves out parts of a value, large ones first. */
function* smallerValues(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    if (value.length > 3) {
      yield value.slice(0, value.length >> 1);
      yield value.slice(value.length >> 1);
    }
    for (let i = 0; i < Math.min(value.length, 30); i++) yield value.toSpliced(i, 1);
    for (let i = 0; i < Math.min(value.length, 30); i++) for (const smaller of smallerValues(value[i])) yield value.with(i, smaller);
    return;
  }
  if (!isObject(value)) return;
  const entries = Object.entries(value);
  for (const [key] of entries) yield Object.fromEntries(entries.filter(([other]) => other !== key));
  for (const [key, field] of entries)
    for (const smaller of smallerValues(field)) yield Object.fromEntries(entries.map(([other, own]) => [other, other === key ? smaller : own]));
}
