import type { FieldError } from '../../schema/field-error.ts';
import { checkEach, invalid, required } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, pathText } from '../../validation/field-path.ts';
import { addFaults } from '../../validation/field-rules.ts';
import { checkIp } from '../../validation/ip-rules.ts';
import { dns1123SubdomainFaults, underscoredSubdomainFaults } from '../../validation/name-rules.ts';
import type { HostAlias, PodDNSConfig } from './pod-spec.ts';

// The limits of libc's resolver.
const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARACTERS = 2048;

export function checkDnsConfig(errors: FieldError[], config: PodDNSConfig | undefined, policy: string | undefined, path: FieldPath): void {
  if (policy === 'None') {
    if (!config) {
      errors.push(required(pathText(path), 'must provide `dnsConfig` when `dnsPolicy` is None'));
      return;
    }
    if (!config.nameservers?.length) {
      errors.push(required(pathText(path, 'nameservers'), 'must provide at least one DNS nameserver when `dnsPolicy` is None'));
      return;
    }
  }
  if (!config) return;
  const { nameservers = [], searches = [], options = [] } = config;
  if (nameservers.length > MAX_NAMESERVERS) {
    errors.push(invalid(pathText(path, 'nameservers'), nameservers, `must not have more than ${MAX_NAMESERVERS} nameservers`));
  }
  nameservers.forEach((server, i) => {
    checkIp(errors, server, indexPath(childPath(path, 'nameservers'), i));
  });
  checkSearches(errors, searches, childPath(path, 'searches'));
  options.forEach((option, i) => {
    if (!option.name) errors.push(required(pathText(indexPath(childPath(path, 'options'), i)), 'must not be empty'));
  });
}

function checkSearches(errors: FieldError[], searches: readonly string[], path: FieldPath): void {
  if (searches.length > MAX_SEARCHES) errors.push(invalid(pathText(path), searches, `must not have more than ${MAX_SEARCHES} search paths`));
  if (searches.join(' ').length > MAX_SEARCH_CHARACTERS) {
    errors.push(
      invalid(pathText(path), searches, `must not have more than ${MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list`),
    );
  }
  checkEach(searches, (search, i) => {
    if (search === '.') return;
    const name = search.endsWith('.') ? search.slice(0, -1) : search;
    addFaults(errors, underscoredSubdomainFaults(name), name, indexPath(path, i));
  });
}

export function checkHostAliases(errors: FieldError[], aliases: readonly HostAlias[], path: FieldPath): void {
  aliases.forEach((alias, i) => {
    const at = indexPath(path, i);
    checkIp(errors, alias.ip ?? '', childPath(at, 'ip'));
    alias.hostnames?.forEach((hostname, j) => {
      addFaults(errors, dns1123SubdomainFaults(hostname), hostname, indexPath(childPath(at, 'hostnames'), j));
    });
  });
}
