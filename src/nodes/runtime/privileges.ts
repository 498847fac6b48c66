import type { SecurityContext } from '../../schema/generated/core-v1.js';

/** What containerd lets a container's root do unless its security context says otherwise. */
const DEFAULTS: ReadonlySet<string> = new Set([
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'NET_RAW'],
  ...['SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
]);

/** What the programs of a container may do beyond what their user may. */
export interface Privileges {
  /** Whether root has a capability (capabilities(7), without `CAP_`). */
  has(capability: string): boolean;
  /** Whether a program that is set to run as its owner stays its caller's (no_new_privs). */
  readonly areFixed: boolean;
}

/** What a security context gives (Go: kuberuntime securitycontext). */
export function privilegesOf(context: SecurityContext | undefined): Privileges {
  const { privileged, capabilities, allowPrivilegeEscalation } = context ?? {};
  const named = (list: readonly string[] | undefined, name: string): boolean =>
    (list ?? []).some((each) => each === 'ALL' || each.replace(/^CAP_/, '') === name);
  return {
    has: (name) => privileged === true || named(capabilities?.add, name) || (DEFAULTS.has(name) && !named(capabilities?.drop, name)),
    areFixed: allowPrivilegeEscalation === false,
  };
}
