import { duplicate, invalid, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { validateConditions } from '../../apimachinery/validation/conditions.js';
import { longerThan } from '../../apimachinery/validation/messages.js';
import type {
  AuditAnnotation,
  ExpressionWarning,
  Validation,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicySpec,
} from '../../schema/generated/admissionregistration-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { checkQualifiedName, unsupported } from '../core/pod-spec/checks.js';
import { goValue, type GoShape } from '../go-value.js';
import { typed, type Typed } from '../object.js';
import { parsePath } from '../printers/jsonpath/parse.js';
import { PathSyntaxError } from '../printers/jsonpath/node.js';
import { refined, specStatus } from '../spec-status.js';
import { checkExpression } from './expressions.js';
import { policyStrategy, SPEC, useOf, type Policy, type PolicyContext } from './policy.js';
import { defaultMatchResources } from './rules.js';

type Spec = ValidatingAdmissionPolicySpec;

const STATUS = FieldPath.of('status');
const MAX_ANNOTATIONS = 20;
const MAX_VALUE_EXPRESSION = 5 * 1024;
const REASONS: ReadonlySet<string> = new Set(['Forbidden', 'Invalid', 'RequestEntityTooLarge']);
const ANNOTATION: GoShape = { Key: ['key', ''], ValueExpression: ['valueExpression', ''] };
const UNSPECIFIED = 'expression is not specified';
const EMPTY = 'must be non-empty if specified';

function checkSpec({ metadata, spec }: Policy<Spec>, context: PolicyContext, errors: FieldError[]): void {
  const { validations = [], auditAnnotations = [] } = spec;
  if (validations.length === 0 && auditAnnotations.length === 0) {
    for (const name of ['validations', 'auditAnnotations']) {
      errors.push(required(SPEC.child(name), 'validations or auditAnnotations must contain at least one item'));
    }
    return;
  }
  validations.forEach((validation, i) => {
    checkValidation(validation, context, SPEC.child('validations').index(i), errors);
  });
  checkAnnotations(auditAnnotations, metadata.name ?? '', context, errors);
}

function checkValidation(validation: Validation, context: PolicyContext, path: FieldPath, errors: FieldError[]): void {
  const { expression = '', message = '', messageExpression = '', reason } = validation;
  if (expression.trim() === '') errors.push(required(path.child('expression'), UNSPECIFIED));
  else checkExpression(expression, useOf(context, { returns: 'bool' }), path.child('expression'), errors);
  if (messageExpression !== '') {
    const at = path.child('messageExpression');
    if (messageExpression.trim() === '') errors.push(invalid(at, messageExpression, EMPTY));
    else checkExpression(messageExpression, useOf(context, { returns: 'string', hasAuthorizer: false }), at, errors);
  }
  if (message !== '' && message.trim() === '') errors.push(invalid(path.child('message'), message, EMPTY));
  else if (/[\n\r]/.test(message.trim())) errors.push(invalid(path.child('message'), message, 'must not contain line breaks'));
  if (reason !== undefined && !REASONS.has(reason)) errors.push(unsupported(path.child('reason'), reason, REASONS));
}

function checkAnnotations(annotations: readonly AuditAnnotation[], policyName: string, context: PolicyContext, errors: FieldError[]): void {
  const path = SPEC.child('auditAnnotations');
  if (annotations.length > MAX_ANNOTATIONS) {
    errors.push(invalid(path, goValue(annotations, ANNOTATION), `must not have more than ${String(MAX_ANNOTATIONS)} auditAnnotations`));
  }
  const keys = new Set<string>();
  annotations.forEach((annotation, i) => {
    checkAnnotation(annotation, policyName, context, path.index(i), errors);
    const { key = '' } = annotation;
    if (keys.has(key)) errors.push(duplicate(path.index(i).child('key'), key));
    keys.add(key);
  });
}

function checkAnnotation(
  annotation: AuditAnnotation,
  policyName: string,
  context: PolicyContext,
  path: FieldPath,
  errors: FieldError[],
): void {
  const { key = '', valueExpression = '' } = annotation;
  if (policyName === '') errors.push(invalid(path.child('key'), key, 'requires metadata.name be non-empty'));
  else checkQualifiedName(`${policyName}/${key}`, path.child('key'), errors);
  const at = path.child('valueExpression');
  const trimmed = valueExpression.trim();
  if (trimmed === '') errors.push(required(at, 'valueExpression is not specified'));
  else if (longerThan(trimmed, MAX_VALUE_EXPRESSION))
    errors.push(required(at, `must not exceed ${String(MAX_VALUE_EXPRESSION)} bytes in length`));
  else checkExpression(trimmed, useOf(context, { returns: 'stringOrNull' }), at, errors, valueExpression);
}

function statusErrors({ status }: Typed<ValidatingAdmissionPolicy>): FieldError[] {
  const errors: FieldError[] = [];
  const warnings = STATUS.child('typeChecking', 'expressionWarnings');
  (status.typeChecking?.expressionWarnings ?? []).forEach((warning, i) => {
    checkWarning(warning, warnings.index(i), errors);
  });
  errors.push(...validateConditions(status.conditions ?? [], STATUS.child('conditions')));
  return errors;
}

function checkWarning({ warning = '', fieldRef = '' }: ExpressionWarning, path: FieldPath, errors: FieldError[]): void {
  if (warning === '') errors.push(required(path.child('warning')));
  const at = path.child('fieldRef');
  const reference = fieldRef.trim();
  if (reference === '') {
    errors.push(required(at));
    return;
  }
  try {
    parsePath(reference);
  } catch (error) {
    if (!(error instanceof PathSyntaxError)) throw error;
    errors.push(invalid(at, reference, `invalid JSONPath: ${error.message}`));
  }
}

/** admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy (KEP-3488). */
export const validatingPolicies: BehaviourFactory = (environment) => {
  const { main, status } = specStatus({ generation: true, statusKeepsMetadata: true });
  return {
    strategy: refined<Policy<Spec>>(main, policyStrategy<Spec>({ check: checkSpec }, environment)),
    status: refined<Typed<ValidatingAdmissionPolicy>>(status, {
      allowUnconditionalUpdate: false,
      validatesMetadata: true,
      validateUpdate: statusErrors,
    }),
    defaults(object) {
      const { spec } = typed<ValidatingAdmissionPolicy>(object);
      spec.failurePolicy ??= 'Fail';
      defaultMatchResources(spec.matchConstraints);
    },
  };
};
