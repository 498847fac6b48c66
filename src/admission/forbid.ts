import { forbiddenError, type StatusError } from '../apimachinery/status.js';
import type { Attributes } from './admission.js';

/** The 403 of a plug-in: `<resource> "<name>" is forbidden: <why>` (Go: admission.NewForbidden). */
export function forbid(attributes: Attributes, why: string): StatusError {
  return forbiddenError(attributes.resource, nameForErrors(attributes), why);
}

/** The object's name, or what will become one. */
function nameForErrors({ name, object }: Attributes): string {
  if (name !== '') return name;
  if (object === undefined) return 'Unknown';
  const { metadata } = object;
  return metadata.name || metadata.generateName || 'Unknown';
}
