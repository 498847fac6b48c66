import { goQuote } from '../../apimachinery/field-error.js';
import { sanitized } from '../../apimachinery/sanitized.js';
import { forbiddenError, type StatusError } from '../../apimachinery/status.js';
import type { Attributes } from './attributes.js';

/** `User "carol" cannot list resource "pods" in API group "" in the namespace "x"`. */
export function forbiddenMessage(attributes: Attributes): string {
  const { user, verb, resource, subresource, group, namespace } = attributes;
  const who = goQuote(user.name);
  const message = attributes.isResourceRequest
    ? `User ${who} cannot ${verb} resource ${goQuote(subresource === '' ? resource : `${resource}/${subresource}`)} in API group ${goQuote(group)} ` +
      (namespace === '' ? 'at the cluster scope' : `in the namespace ${goQuote(namespace)}`)
    : `User ${who} cannot ${verb} path ${goQuote(attributes.path)}`;
  return sanitized(message);
}

/** The 403 of a request that no authorizer allowed (Go: responsewriters.ForbiddenStatusError). */
export function forbidden(attributes: Attributes, reason: string): StatusError {
  const message = forbiddenMessage(attributes);
  const { group, resource, name } = attributes;
  return forbiddenError({ group, resource }, name, reason === '' ? message : `${message}: ${reason}`);
}
