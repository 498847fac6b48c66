import { goQuote, invalid, required, tooLong, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { DNS_LABEL_MAX_LENGTH, DNS_SUBDOMAIN_MAX_LENGTH, isDns1123Label, isDns1123Subdomain } from '../../apimachinery/validation/dns.js';
import { longerThan } from '../../apimachinery/validation/messages.js';

/** The path may be a namespace and a name. */
const MAX_LENGTH = DNS_SUBDOMAIN_MAX_LENGTH + 1 + DNS_SUBDOMAIN_MAX_LENGTH + DNS_LABEL_MAX_LENGTH + 1;

/** Adds the faults of a signer's name, `example.com/name` (Go: core/validation.ValidateSignerName). */
export function checkSignerName(name: string, path: FieldPath, errors: FieldError[]): void {
  if (name === '') {
    errors.push(required(path));
    return;
  }
  const [domain = '', own = '', ...more] = name.split('/');
  if (!name.includes('/') || more.length > 0) {
    errors.push(invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'"));
    return;
  }
  if (longerThan(domain, DNS_SUBDOMAIN_MAX_LENGTH)) errors.push(tooLong(path, DNS_SUBDOMAIN_MAX_LENGTH));
  checkLabels(domain, isDns1123Label, path, errors);
  if (!domain.includes('.')) errors.push(invalid(path, domain, 'should be a domain with at least two segments separated by dots'));
  checkLabels(own, isDns1123Subdomain, path, errors);
  if (longerThan(name, MAX_LENGTH)) errors.push(tooLong(path, MAX_LENGTH));
}

/** Only the first bad label is told. */
function checkLabels(text: string, messagesOf: (label: string) => string[], path: FieldPath, errors: FieldError[]): void {
  for (const label of text.split('.')) {
    const messages = messagesOf(label);
    for (const message of messages) errors.push(invalid(path, text, `validating label ${goQuote(label)}: ${message}`));
    if (messages.length > 0) return;
  }
}
