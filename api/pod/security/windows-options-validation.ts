import type { FieldError } from '../../schema/field-error.ts';
import { invalid } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { pathText } from '../../validation/field-path.ts';
import { addFaults } from '../../validation/field-rules.ts';
import { byteLength, dns1123SubdomainFaults } from '../../validation/name-rules.ts';
import type { WindowsSecurityContextOptions } from './security-context.ts';

const MAX_CREDENTIAL_SPEC_KIB = 64;
// https://learn.microsoft.com/en-us/troubleshoot/windows-server/active-directory/naming-conventions-for-computer-domain-site-ou
const MAX_DOMAIN = 256;
const MAX_USER = 104;
const control = /\p{Cc}/u;
const netBiosName = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const dnsName = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;
const dotsOrSpaces = /^[. ]+$/;
const unfitForUser = /["/\\:;|=,+*?<>@[\]]/;

export function checkWindowsOptions(errors: FieldError[], options: WindowsSecurityContextOptions | undefined, path: FieldPath): void {
  if (!options) return;
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: spec, runAsUserName: user } = options;
  if (name !== undefined) addFaults(errors, dns1123SubdomainFaults(name), name, path, 'gmsaCredentialSpecName');
  if (spec === '') errors.push(invalid(pathText(path, 'gmsaCredentialSpec'), spec, 'gmsaCredentialSpec cannot be an empty string'));
  else if (spec !== undefined && byteLength(spec) > MAX_CREDENTIAL_SPEC_KIB * 1024) {
    errors.push(invalid(pathText(path, 'gmsaCredentialSpec'), spec, `gmsaCredentialSpec size must be under ${MAX_CREDENTIAL_SPEC_KIB} KiB`));
  }
  if (user !== undefined) addFaults(errors, windowsUserFaults(user), user, path, 'runAsUserName');
}

function windowsUserFaults(name: string): string[] {
  if (name === '') return ['runAsUserName cannot be an empty string'];
  if (control.test(name)) return ['runAsUserName cannot contain control characters'];
  const parts = name.split('\\');
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash'];
  const faults: string[] = [];
  const domain = parts.length === 2 ? (parts[0] ?? '') : undefined;
  const user = parts.at(-1) ?? '';
  if (domain !== undefined && domain.length >= MAX_DOMAIN) faults.push(`runAsUserName's Domain length must be under ${MAX_DOMAIN} characters`);
  if (domain !== undefined && !netBiosName.test(domain) && !dnsName.test(domain)) {
    faults.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  }
  if (user === '') faults.push("runAsUserName's User cannot be empty");
  else if (user.length > MAX_USER) faults.push(`runAsUserName's User length must not be longer than ${MAX_USER} characters`);
  if (dotsOrSpaces.test(user)) faults.push("runAsUserName's User cannot contain only periods or spaces");
  if (unfitForUser.test(user)) faults.push('runAsUserName\'s User cannot contain any of "/\\:;|=,+*?<>@[]');
  return faults;
}
