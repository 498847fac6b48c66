import { forbidden, invalid, NamedString, required, tooLong, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { isValidGroupId, isValidUserId } from '../../../apimachinery/validation/identifiers.js';
import { byteLength } from '../../../apimachinery/validation/messages.js';
import type { AppArmorProfile, PodSecurityContext, PodSpec, SeccompProfile, SecurityContext } from '../../../schema/generated/core-v1.js';
import { addMessages, unsupported } from './checks.js';
import { visitContainersWithPath } from '../../../component-helpers/containers.js';
import { checkDescendingPath } from './file-paths.js';
import { goSeccompProfile, goSecurityContext } from './go-values.js';
import type { PodValidationOptions } from './options.js';
import { checkSysctls } from './sysctls.js';
import { checkWindowsOptions } from './windows.js';

const PROC_MOUNTS: readonly string[] = ['Default', 'Unmasked'];

/** What a container may do (Go: ValidateSecurityContext); privileged containers are allowed, as on any cluster. */
export function checkSecurityContext(context: SecurityContext, hostUsers: boolean, path: FieldPath, errors: FieldError[]): void {
  const { runAsUser, runAsGroup, procMount } = context;
  if (runAsUser !== undefined) addMessages(path.child('runAsUser'), runAsUser, isValidUserId(runAsUser), errors);
  if (runAsGroup !== undefined) addMessages(path.child('runAsGroup'), runAsGroup, isValidGroupId(runAsGroup), errors);
  if (procMount !== undefined) {
    if (!PROC_MOUNTS.includes(procMount)) errors.push(unsupported(path.child('procMount'), procMount, PROC_MOUNTS));
    if (hostUsers && procMount === 'Unmasked')
      errors.push(invalid(path.child('procMount'), procMount, '`hostUsers` must be false to use `Unmasked`'));
  }
  if (context.seccompProfile !== undefined) checkSeccompProfile(context.seccompProfile, path.child('seccompProfile'), errors);
  checkEscalation(context, path, errors);
  if (context.windowsOptions !== undefined) checkWindowsOptions(context.windowsOptions, path.child('windowsOptions'), errors);
  if (context.appArmorProfile !== undefined) checkAppArmorProfile(context.appArmorProfile, path.child('appArmorProfile'), errors);
}

function checkEscalation(context: SecurityContext, path: FieldPath, errors: FieldError[]): void {
  if (context.allowPrivilegeEscalation !== false) return;
  const refuse = (what: string): void => {
    errors.push(invalid(path, goSecurityContext(context), `cannot set \`allowPrivilegeEscalation\` to false and ${what}`));
  };
  if (context.privileged === true) refuse('`privileged` to true');
  for (const name of context.capabilities?.add ?? []) if (name === 'CAP_SYS_ADMIN') refuse('`capabilities.Add` CAP_SYS_ADMIN');
}

const PROFILE_TYPES: readonly string[] = ['Localhost', 'RuntimeDefault', 'Unconfined'];

function checkSeccompProfile(profile: SeccompProfile, path: FieldPath, errors: FieldError[]): void {
  const { type = '', localhostProfile } = profile;
  if (type === '') errors.push(required(path.child('type'), 'type is required when seccompProfile is set'));
  else if (!PROFILE_TYPES.includes(type)) errors.push(unsupported(path.child('type'), type, PROFILE_TYPES));
  const at = path.child('localhostProfile');
  if (type !== 'Localhost') {
    if (localhostProfile !== undefined)
      errors.push(invalid(at, goSeccompProfile(profile), 'can only be set when seccomp type is Localhost'));
  } else if (localhostProfile === undefined) errors.push(required(at, 'must be set when seccomp type is Localhost'));
  else checkDescendingPath(localhostProfile, at, errors);
}

/** PATH_MAX - 1. */
const MAX_PROFILE_NAME = 4095;

/** Go: ValidateAppArmorProfileField. */
export function checkAppArmorProfile(profile: AppArmorProfile, path: FieldPath, errors: FieldError[]): void {
  const { type = '', localhostProfile } = profile;
  const at = path.child('localhostProfile');
  switch (type) {
    case 'Localhost':
      if (localhostProfile === undefined || localhostProfile === '')
        errors.push(required(at, 'must be set when AppArmor type is Localhost'));
      else if (localhostProfile.trim() !== localhostProfile)
        errors.push(invalid(at, localhostProfile, 'must not be padded with whitespace'));
      if (localhostProfile !== undefined && byteLength(localhostProfile) > MAX_PROFILE_NAME) errors.push(tooLong(at, MAX_PROFILE_NAME));
      return;
    case 'RuntimeDefault':
    case 'Unconfined':
      if (localhostProfile !== undefined)
        errors.push(invalid(at, new NamedString(localhostProfile), 'can only be set when AppArmor type is Localhost'));
      return;
    case '':
      errors.push(required(path.child('type'), 'type is required when appArmorProfile is set'));
      return;
    default:
      errors.push(unsupported(path.child('type'), type, PROFILE_TYPES));
  }
}

const GROUP_CHANGE_POLICIES: ReadonlySet<string> = new Set(['OnRootMismatch', 'Always']);
const GROUPS_POLICIES: ReadonlySet<string> = new Set(['Merge', 'Strict']);
const SELINUX_POLICIES: ReadonlySet<string> = new Set(['Recursive', 'MountOption']);
const ONLY_RECURSIVE: ReadonlySet<string> = new Set(['Recursive']);

/** What holds for all containers of a pod (Go: validatePodSpecSecurityContext). */
export function checkPodSecurityContext(
  context: PodSecurityContext,
  spec: PodSpec,
  path: FieldPath,
  options: PodValidationOptions,
  errors: FieldError[],
): void {
  const { fsGroup, runAsUser, runAsGroup, supplementalGroups = [], sysctls } = context;
  if (fsGroup !== undefined) addMessages(path.child('fsGroup'), fsGroup, isValidGroupId(fsGroup), errors);
  if (runAsUser !== undefined) addMessages(path.child('runAsUser'), runAsUser, isValidUserId(runAsUser), errors);
  if (runAsGroup !== undefined) addMessages(path.child('runAsGroup'), runAsGroup, isValidGroupId(runAsGroup), errors);
  supplementalGroups.forEach((group, i) => {
    addMessages(path.child('supplementalGroups').index(i), group, isValidGroupId(group), errors);
  });
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    errors.push(invalid(path.child('shareProcessNamespace'), true, 'ShareProcessNamespace and HostPID cannot both be enabled'));
  }
  if (sysctls !== undefined) checkSysctls(sysctls, spec, path.child('sysctls'), options, errors);
  checkPolicy(context.fsGroupChangePolicy, GROUP_CHANGE_POLICIES, path.child('fsGroupChangePolicy'), errors);
  if (context.seccompProfile !== undefined) checkSeccompProfile(context.seccompProfile, path.child('seccompProfile'), errors);
  if (context.windowsOptions !== undefined) checkWindowsOptions(context.windowsOptions, path.child('windowsOptions'), errors);
  if (context.appArmorProfile !== undefined) checkAppArmorProfile(context.appArmorProfile, path.child('appArmorProfile'), errors);
  checkPolicy(context.supplementalGroupsPolicy, GROUPS_POLICIES, path.child('supplementalGroupsPolicy'), errors);
  checkPolicy(
    context.seLinuxChangePolicy,
    options.allowMountOptionPolicy ? SELINUX_POLICIES : ONLY_RECURSIVE,
    path.child('seLinuxChangePolicy'),
    errors,
  );
}

function checkPolicy(policy: string | undefined, supported: ReadonlySet<string>, path: FieldPath, errors: FieldError[]): void {
  if (policy !== undefined && !supported.has(policy)) errors.push(unsupported(path, policy, supported));
}

/** A pod with users of its own shares no namespaces with its host (Go: validateHostUsers). */
export function checkHostUsers(spec: PodSpec, path: FieldPath, options: PodValidationOptions, errors: FieldError[]): void {
  if (spec.hostUsers !== false) return;
  const detail = 'when `hostUsers` is false';
  if (spec.hostNetwork === true) errors.push(forbidden(path.child('hostNetwork'), detail));
  if (spec.hostPID === true) errors.push(forbidden(path.child('HostPID'), detail));
  if (spec.hostIPC === true) errors.push(forbidden(path.child('HostIPC'), detail));
  if (options.allowUserNamespaceDevices) return;
  visitContainersWithPath(spec, path, (container, at) => {
    if ((container.volumeDevices ?? []).length > 0) errors.push(forbidden(at.child('volumeDevices'), detail));
  });
}
