import { invalid, required, tooLong, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { DNS_SUBDOMAIN_MAX_LENGTH } from '../../apimachinery/validation/dns.js';
import { isCIdentifier } from '../../apimachinery/validation/identifiers.js';
import { longerThan } from '../../apimachinery/validation/messages.js';
import { addMessages, checkDnsSubdomain } from '../core/pod-spec/checks.js';
import { checkCsiDriverName } from '../core/pod-spec/volume-sources.js';

export const DOMAIN_MAX_LENGTH = 63;
export const ID_MAX_LENGTH = 32;

/** The name of a driver, which follows the rules of CSI drivers. */
export const checkDriverName = checkCsiDriverName;

/** The name of a pool: DNS subdomains between slashes. */
export function checkPoolName(name: string | undefined, path: FieldPath, errors: FieldError[]): void {
  if (!name) {
    errors.push(required(path));
    return;
  }
  if (longerThan(name, DNS_SUBDOMAIN_MAX_LENGTH)) errors.push(tooLong(path, DNS_SUBDOMAIN_MAX_LENGTH));
  for (const part of name.split('/')) checkDnsSubdomain(part, path, errors);
}

/** The name of an attribute or a capacity: an identifier, perhaps in a domain. More slashes than one go unnoticed. */
export function checkQualifiedName(name: string, path: FieldPath, errors: FieldError[]): void {
  const parts = name.split('/');
  const [first = '', second = ''] = parts;
  if (parts.length === 1) checkIdentifier(first, path, errors);
  if (parts.length !== 2) return;
  if (first === '') errors.push(invalid(path, '', 'the domain must not be empty'));
  else checkDriverName(first, path, errors);
  if (second === '') errors.push(invalid(path, '', 'the name must not be empty'));
  else checkIdentifier(second, path, errors);
}

/** The same with a domain. */
export function checkFullyQualifiedName(name: string, path: FieldPath, errors: FieldError[]): void {
  checkQualifiedName(name, path, errors);
  if (!name.includes('/')) errors.push(invalid(path, name, 'a fully qualified name must be a domain and a name separated by a slash'));
}

function checkIdentifier(id: string, path: FieldPath, errors: FieldError[]): void {
  if (longerThan(id, ID_MAX_LENGTH)) errors.push(tooLong(path, ID_MAX_LENGTH));
  addMessages(path, id, isCIdentifier(id), errors);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ANY_UUID =
  /^(?:urn:uuid:)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$|^\{[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}$|^[0-9a-f]{32}$/i;
/** Lengths of the forms that github.com/google/uuid reads. */
const UUID_LENGTHS: ReadonlySet<number> = new Set([32, 36, 38, 45]);

/** A UUID in its normal form. */
export function checkUid(uid: string, path: FieldPath, errors: FieldError[]): void {
  if (UUID.test(uid)) return;
  if (ANY_UUID.test(uid)) {
    const form = 'uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters';
    errors.push(invalid(path, uid, form));
    return;
  }
  const why = UUID_LENGTHS.has(uid.length) ? 'invalid UUID format' : `invalid UUID length: ${String(uid.length)}`;
  errors.push(invalid(path, uid, `error validating uid: ${why}`));
}
