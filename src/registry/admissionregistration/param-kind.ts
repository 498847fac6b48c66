import { forbidden, invalid, required, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { isDns1035Label, isDns1123Subdomain } from '../../apimachinery/validation/dns.js';
import { validateLabelSelector } from '../../apimachinery/validation/label-selector.js';
import { isPathSegmentName } from '../../apimachinery/validation/paths.js';
import type { ParamKind, ParamRef } from '../../schema/generated/admissionregistration-v1.js';
import { addMessages, unsupported } from '../core/pod-spec/checks.js';

const NOT_FOUND_ACTIONS = ['Deny', 'Allow'] as const;

/** Adds the faults of the kind of a policy's parameters. */
export function checkParamKind({ apiVersion = '', kind = '' }: ParamKind, path: FieldPath, errors: FieldError[]): void {
  if (apiVersion === '') errors.push(required(path.child('apiVersion')));
  else checkApiVersion(apiVersion, path.child('apiVersion'), errors);
  if (kind === '') errors.push(required(path.child('kind')));
  else {
    const messages = isDns1035Label(kind.toLowerCase());
    if (messages.length > 0)
      errors.push(invalid(path.child('kind'), kind, `may have mixed case, but should otherwise match: ${messages.join(',')}`));
  }
}

function checkApiVersion(apiVersion: string, path: FieldPath, errors: FieldError[]): void {
  const parts = apiVersion === '/' ? [''] : apiVersion.split('/');
  if (parts.length > 2) {
    errors.push(invalid(path, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
    return;
  }
  const version = parts.at(-1) ?? '';
  const group = parts.length === 2 ? (parts[0] ?? '') : '';
  const groupMessages = group === '' ? [] : isDns1123Subdomain(group);
  if (groupMessages.length > 0) errors.push(invalid(path, group, groupMessages.join(',')));
  if (version === '') {
    errors.push(invalid(path, apiVersion, 'version must be specified'));
    return;
  }
  const messages = isDns1035Label(version);
  if (messages.length > 0) errors.push(invalid(path, version, messages.join(',')));
}

/** Adds the faults of a binding's reference to parameters. */
export function checkParamRef(reference: ParamRef | undefined, path: FieldPath, errors: FieldError[]): void {
  if (reference === undefined) return;
  const { name = '', selector, parameterNotFoundAction: action = '' } = reference;
  const exclusive = 'name and selector are mutually exclusive';
  if (name !== '') {
    addMessages(path.child('name'), name, isPathSegmentName(name), errors);
    if (selector !== undefined) errors.push(forbidden(path.child('name'), exclusive));
  }
  if (selector !== undefined) {
    errors.push(...validateLabelSelector(selector, {}, path.child('selector')));
    if (name !== '') errors.push(forbidden(path.child('selector'), exclusive));
  }
  if (name === '' && selector === undefined) errors.push(required(path, 'one of name or selector must be specified'));
  if (action === '') errors.push(required(path.child('parameterNotFoundAction')));
  else if (action !== 'Deny' && action !== 'Allow')
    errors.push(unsupported(path.child('parameterNotFoundAction'), action, NOT_FOUND_ACTIONS));
}
