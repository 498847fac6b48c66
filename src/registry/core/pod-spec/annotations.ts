import { forbidden, goQuote, invalid, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { parseInt64 } from '../../../apimachinery/strconv.js';
import type { PodSpec, SeccompProfile } from '../../../schema/generated/core-v1.js';
import { someContainer, visitContainersWithPath } from '../../../component-helpers/containers.js';
import { checkDescendingPath } from './file-paths.js';
import type { PodValidationOptions } from './options.js';
import { parseTolerations } from './toleration-annotation.js';
import { checkTolerations } from './tolerations.js';

/** Annotations by which pods were configured before there were fields. */
export type Annotations = Readonly<Record<string, string>> | undefined;

export const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';
export const SECCOMP_POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod';
export const SECCOMP_CONTAINER_PREFIX = 'container.seccomp.security.alpha.kubernetes.io/';
export const APPARMOR_PREFIX = 'container.apparmor.security.beta.kubernetes.io/';
const TOLERATIONS_ANNOTATION = 'scheduler.alpha.kubernetes.io/tolerations';
const DELETION_COST_ANNOTATION = 'controller.kubernetes.io/pod-deletion-cost';

/** One annotation; undefined if it isn't there. */
export function annotation(annotations: Annotations, key: string): string | undefined {
  return annotations !== undefined && Object.hasOwn(annotations, key) ? annotations[key] : undefined;
}

/** Annotations that mean something to pods (Go: ValidatePodSpecificAnnotations). */
export function checkPodAnnotations(
  annotations: Annotations,
  spec: PodSpec,
  path: FieldPath,
  options: PodValidationOptions,
  errors: FieldError[],
): void {
  if (annotations === undefined) return;
  const mirror = annotation(annotations, MIRROR_ANNOTATION);
  if (mirror !== undefined && !spec.nodeName)
    errors.push(invalid(path.key(MIRROR_ANNOTATION), mirror, 'must set spec.nodeName if mirror pod annotation is set'));
  const tolerations = annotation(annotations, TOLERATIONS_ANNOTATION);
  if (tolerations) checkTolerationsText(tolerations, path, errors);
  if (!options.allowInvalidDeletionCost && deletionCostFaulty(annotations)) {
    errors.push(invalid(path.key(DELETION_COST_ANNOTATION), annotation(annotations, DELETION_COST_ANNOTATION), 'must be a 32bit integer'));
  }
  checkSeccompAnnotations(annotations, path, errors);
  checkAppArmorAnnotations(annotations, spec, path, errors);
}

function checkTolerationsText(text: string, path: FieldPath, errors: FieldError[]): void {
  const parsed = parseTolerations(text);
  if (parsed.fault === undefined) checkTolerations(parsed.tolerations, path.child(TOLERATIONS_ANNOTATION), errors);
  else errors.push(invalid(path, TOLERATIONS_ANNOTATION, parsed.fault));
}

/** Whether the annotation that ranks pods for deletion isn't a plain int32 (Go: GetDeletionCostFromPodAnnotations). */
export function deletionCostFaulty(annotations: Annotations): boolean {
  const value = annotation(annotations, DELETION_COST_ANNOTATION);
  if (value === undefined) return false;
  if (value.startsWith('+') || (value.length > 1 && value.startsWith('0'))) return true;
  return typeof parseInt64(value, 32) === 'string';
}

const LOCALHOST = 'localhost/';

function checkSeccompAnnotations(annotations: Readonly<Record<string, string>>, path: FieldPath, errors: FieldError[]): void {
  const pod = annotation(annotations, SECCOMP_POD_ANNOTATION);
  if (pod !== undefined) checkSeccompText(pod, path.child(SECCOMP_POD_ANNOTATION), errors);
  for (const key of Object.keys(annotations)) {
    if (key.startsWith(SECCOMP_CONTAINER_PREFIX)) checkSeccompText(annotations[key] ?? '', path.child(key), errors);
  }
}

function checkSeccompText(text: string, path: FieldPath, errors: FieldError[]): void {
  if (text === 'runtime/default' || text === 'docker/default' || text === 'unconfined') return;
  if (text.startsWith(LOCALHOST)) checkDescendingPath(text.slice(LOCALHOST.length), path, errors);
  else errors.push(invalid(path, text, 'must be a valid seccomp profile'));
}

function checkAppArmorAnnotations(
  annotations: Readonly<Record<string, string>>,
  spec: PodSpec,
  path: FieldPath,
  errors: FieldError[],
): void {
  for (const key of Object.keys(annotations)) {
    if (!key.startsWith(APPARMOR_PREFIX)) continue;
    const name = key.slice(APPARMOR_PREFIX.length);
    const profile = annotations[key] ?? '';
    if (!someContainer(spec, (container) => (container.name ?? '') === name))
      errors.push(invalid(path.key(key), name, 'container not found'));
    if (profile !== '' && profile !== 'runtime/default' && profile !== 'unconfined' && !profile.startsWith(LOCALHOST)) {
      errors.push(invalid(path.key(key), profile, `invalid AppArmor profile name: ${goQuote(profile)}`));
    }
  }
}

/** Changes of annotations that a running pod can't follow (Go: ValidatePodSpecificAnnotationUpdates). */
export function checkAnnotationUpdates(
  annotations: Annotations,
  old: Annotations,
  spec: PodSpec,
  path: FieldPath,
  options: PodValidationOptions,
  errors: FieldError[],
): void {
  for (const key of Object.keys(old ?? {})) {
    if (annotation(annotations, key) === old?.[key]) continue;
    if (key.startsWith(APPARMOR_PREFIX)) errors.push(forbidden(path.key(key), 'may not remove or update AppArmor annotations'));
    if (key === MIRROR_ANNOTATION) errors.push(forbidden(path.key(key), 'may not remove or update mirror pod annotation'));
  }
  for (const key of Object.keys(annotations ?? {})) {
    if (annotation(old, key) !== undefined) continue;
    if (key.startsWith(APPARMOR_PREFIX)) errors.push(forbidden(path.key(key), 'may not add AppArmor annotations'));
    if (key === MIRROR_ANNOTATION) errors.push(forbidden(path.key(key), 'may not add mirror pod annotation'));
  }
  checkPodAnnotations(annotations, spec, path, options, errors);
}

/** Where both annotation and field name a profile, they must agree (on creation). */
export function checkProfilesAgree(annotations: Annotations, spec: PodSpec, specPath: FieldPath, errors: FieldError[]): void {
  if (annotations === undefined) return;
  checkSeccompAgrees(annotations, spec, specPath, errors);
  if (spec.os?.name !== 'windows') checkAppArmorAgrees(annotations, spec, specPath, errors);
}

function checkSeccompAgrees(annotations: Annotations, spec: PodSpec, specPath: FieldPath, errors: FieldError[]): void {
  const compare = (key: string, profile: SeccompProfile | undefined, path: FieldPath): void => {
    const text = profile === undefined ? undefined : annotation(annotations, key);
    if (profile === undefined || text === undefined) return;
    compareProfile('seccomp', SECCOMP_TEXTS, text, profile, path.child('securityContext', 'seccompProfile'), errors);
  };
  compare(SECCOMP_POD_ANNOTATION, spec.securityContext?.seccompProfile, specPath);
  visitContainersWithPath(spec, specPath, (container, path) => {
    compare(SECCOMP_CONTAINER_PREFIX + (container.name ?? ''), container.securityContext?.seccompProfile, path);
  });
}

function checkAppArmorAgrees(annotations: Annotations, spec: PodSpec, specPath: FieldPath, errors: FieldError[]): void {
  visitContainersWithPath(spec, specPath, (container, path) => {
    const profile = container.securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile;
    const text = annotation(annotations, APPARMOR_PREFIX + (container.name ?? ''));
    if (profile === undefined || text === undefined) return;
    compareProfile('apparmor', APPARMOR_TEXTS, text, profile, path.child('securityContext', 'appArmorProfile'), errors);
  });
}

/** Texts of annotations by type of profile. */
const SECCOMP_TEXTS: Readonly<Record<string, readonly string[]>> = {
  Unconfined: ['unconfined'],
  RuntimeDefault: ['runtime/default', 'docker/default'],
};
const APPARMOR_TEXTS: Readonly<Record<string, readonly string[]>> = { Unconfined: ['unconfined'], RuntimeDefault: ['runtime/default'] };

function compareProfile(
  what: string,
  texts: Readonly<Record<string, readonly string[]>>,
  text: string,
  profile: SeccompProfile,
  path: FieldPath,
  errors: FieldError[],
): void {
  const { type = '', localhostProfile } = profile;
  if (type === 'Localhost') {
    if (!text.startsWith(LOCALHOST)) errors.push(forbidden(path.child('type'), `${what} type in annotation and field must match`));
    else if (text.slice(LOCALHOST.length) !== localhostProfile)
      errors.push(forbidden(path.child('localhostProfile'), `${what} profile in annotation and field must match`));
  } else if (Object.hasOwn(texts, type) && texts[type]?.includes(text) === false) {
    errors.push(forbidden(path.child('type'), `${what} type in annotation and field must match`));
  }
}
