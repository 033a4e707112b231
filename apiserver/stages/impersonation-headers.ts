import { errors } from '../../api/meta/status-error.ts';
import type { ApiRequest } from '../contract/request.ts';

/** The user that a request's headers ask to act as, as they say it. */
export interface WantedUser {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: ReadonlyMap<string, readonly string[]>;
}

const PREFIX = 'impersonate-';
const USER = 'impersonate-user';
const UID = 'impersonate-uid';
const GROUP = 'impersonate-group';
const EXTRA = 'impersonate-extra-';

/** `i`, in either case: the first letter of the headers in question, and of few others. */
const FIRST = 0x69;
const LOWER = 0x20;

const isImpersonation = (header: string): boolean =>
  header.length > PREFIX.length && (header.charCodeAt(0) | LOWER) === FIRST && header.slice(0, PREFIX.length).toLowerCase() === PREFIX;

/** Whether any header asks for another user. Costs a comparison per header. */
export function impersonates({ rawHeaders, headers }: ApiRequest): boolean {
  if (rawHeaders === undefined) {
    for (const name in headers) if (isImpersonation(name)) return true;
    return false;
  }
  for (let i = 0; i < rawHeaders.length; i += 2) if (isImpersonation(rawHeaders[i] as string)) return true;
  return false;
}

/**
 * Reads the headers Impersonate-User, -Uid, -Group (repeated) and -Extra-NAME (repeated). Returns undefined if they name nobody.
 * @throws StatusError 400 if they ask for something without a user name, or hold an escape that is no text.
 */
export function wantedUserOf(request: ApiRequest): WantedUser | undefined {
  let [name, uid] = ['', ''];
  let asked = false;
  const groups: string[] = [];
  const extra = new Map<string, string[]>();
  for (const [header, value] of headerLines(request)) {
    if (header === USER) name ||= value;
    else if (header === UID) uid ||= value;
    else if (header === GROUP) groups.push(value);
    else if (header.startsWith(EXTRA)) {
      const key = unescaped(header.slice(EXTRA.length));
      const values = extra.get(key);
      if (values) values.push(value);
      else extra.set(key, [value]);
    } else continue;
    asked ||= header !== USER && (header !== UID || value !== '');
  }
  if (name !== '') return { name, uid, groups, extra };
  if (asked) throw errors.badRequest(`requested ${goText({ name, uid, groups, extra })} without impersonating a user name`);
  return undefined;
}

/** The headers as they were sent, with lower-case names; a header that came repeatedly comes repeatedly. */
function* headerLines({ rawHeaders, headers }: ApiRequest): Generator<readonly [string, string]> {
  if (rawHeaders === undefined) {
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) yield [name, value];
    return;
  }
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) yield [(rawHeaders[i] as string).toLowerCase(), (rawHeaders[i + 1] as string).trim()];
}

/** Decodes a percent-encoded key; one that is malformed is taken as it is, as upstream does. @throws StatusError 400 for bytes that are no text. */
function unescaped(key: string): string {
  if (!key.includes('%') || /%(?![0-9a-f]{2})/.test(key)) return key;
  try {
    return decodeURIComponent(key);
  } catch {
    throw errors.badRequest(`the header Impersonate-Extra-${key} is not valid: its escapes are not UTF-8`);
  }
}

const listText = (texts: readonly string[]): string => `[]string{${texts.map((text) => JSON.stringify(text)).join(', ')}}`;

/** The user as Go prints it: clients see upstream's message. */
function goText({ name, uid, groups, extra }: WantedUser): string {
  const entries = [...extra].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, values]) => `${JSON.stringify(key)}:${listText(values)}`);
  const extraText = extra.size === 0 ? 'map[string][]string(nil)' : `map[string][]string{${entries.join(', ')}}`;
  const groupsText = groups.length === 0 ? '[]string(nil)' : listText(groups);
  return `&user.DefaultInfo{Name:${JSON.stringify(name)}, UID:${JSON.stringify(uid)}, Groups:${groupsText}, Extra:${extraText}}`;
}
