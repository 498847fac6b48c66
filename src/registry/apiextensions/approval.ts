import { goQuote, invalid, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { isRequestUri } from '../../schema/custom/validation/request-uri.js';
import type { CustomResourceDefinition } from './definition.js';

const ANNOTATION = 'api-approved.kubernetes.io';
const LINK = 'see https://github.com/kubernetes/enhancements/pull/1111';
const PATH = FieldPath.of('metadata', 'annotations').key(ANNOTATION);

export type ApprovalState = 'missing' | 'bypassed' | 'approved' | 'invalid';

/** Groups that belong to the Kubernetes community. */
export function isProtectedGroup(group: string): boolean {
  return /(?:^|\.)(?:k8s|kubernetes)\.io$/.test(group);
}

/** What the annotation says about a definition's approval, in the server's words (Go: GetAPIApprovalState). */
export function approvalOf(annotations: Readonly<Record<string, string>> | undefined): {
  readonly state: ApprovalState;
  readonly message: string;
} {
  const text = annotations?.[ANNOTATION] ?? '';
  if (text === '') return { state: 'missing', message: `protected groups must have approval annotation "${ANNOTATION}", ${LINK}` };
  if (text.startsWith('unapproved')) return { state: 'bypassed', message: `not approved: ${goQuote(text)}` };
  if (isRequestUri(text) && /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?@]*@)?[^/?@]/.test(text))
    return { state: 'approved', message: `approved in ${text}` };
  return {
    state: 'invalid',
    message: `protected groups must have approval annotation "${ANNOTATION}" with either a URL or a reason starting with "unapproved", ${LINK}`,
  };
}

/** Faults of the approval; a state that was there before is left alone. */
export function approvalErrors({ spec, metadata }: CustomResourceDefinition, old: CustomResourceDefinition | undefined): FieldError[] {
  if (!isProtectedGroup(spec.group ?? '')) return [];
  const { state, message } = approvalOf(metadata.annotations);
  if (old !== undefined && approvalOf(old.metadata.annotations).state === state) return [];
  if (state === 'missing') return [required(PATH, message)];
  return state === 'invalid' ? [invalid(PATH, metadata.annotations?.[ANNOTATION], message)] : [];
}
