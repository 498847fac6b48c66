import { invalid, required, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { isDns1123SubdomainWithUnderscore } from '../../../apimachinery/validation/dns.js';
import { isValidIpForLegacyField } from '../../../apimachinery/validation/ip.js';
import { byteLength } from '../../../apimachinery/validation/messages.js';
import type { PodSpec } from '../../../schema/generated/core-v1.js';
import { addMessages } from './checks.js';

const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_BYTES = 2048;

/** Name servers and search domains, which dnsPolicy None needs (Go: validatePodDNSConfig). */
export function checkDnsConfig({ dnsConfig, dnsPolicy }: PodSpec, path: FieldPath, errors: FieldError[]): void {
  if (dnsConfig === undefined) {
    if (dnsPolicy === 'None') errors.push(required(path, 'must provide `dnsConfig` when `dnsPolicy` is None'));
    return;
  }
  const { nameservers = [], searches = [], options = [] } = dnsConfig;
  if (dnsPolicy === 'None' && nameservers.length === 0) {
    errors.push(required(path.child('nameservers'), 'must provide at least one DNS nameserver when `dnsPolicy` is None'));
    return;
  }
  if (nameservers.length > MAX_NAMESERVERS) {
    errors.push(invalid(path.child('nameservers'), nameservers, `must not have more than ${String(MAX_NAMESERVERS)} nameservers`));
  }
  nameservers.forEach((server, i) => {
    errors.push(...isValidIpForLegacyField(path.child('nameservers').index(i), server));
  });
  checkSearches(searches, path.child('searches'), errors);
  options.forEach(({ name }, i) => {
    if (!name) errors.push(required(path.child('options').index(i), 'must not be empty'));
  });
}

function checkSearches(searches: readonly string[], path: FieldPath, errors: FieldError[]): void {
  if (searches.length > MAX_SEARCHES) errors.push(invalid(path, searches, `must not have more than ${String(MAX_SEARCHES)} search paths`));
  if (byteLength(searches.join(' ')) > MAX_SEARCH_BYTES) {
    errors.push(
      invalid(path, searches, `must not have more than ${String(MAX_SEARCH_BYTES)} characters (including spaces) in the search list`),
    );
  }
  searches.forEach((search, i) => {
    if (search === '.') return;
    const domain = search.endsWith('.') ? search.slice(0, -1) : search;
    addMessages(path.index(i), domain, isDns1123SubdomainWithUnderscore(domain), errors);
  });
}
