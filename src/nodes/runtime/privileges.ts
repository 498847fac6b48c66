import type { PodSecurityContext, SecurityContext } from '../../schema/generated/core-v1.js';

/** All capabilities by their number (linux/capability.h). */
const CAPABILITIES = [
  ...['CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP', 'LINUX_IMMUTABLE'],
  ...['NET_BIND_SERVICE', 'NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_LOCK', 'IPC_OWNER', 'SYS_MODULE', 'SYS_RAWIO', 'SYS_CHROOT'],
  ...['SYS_PTRACE', 'SYS_PACCT', 'SYS_ADMIN', 'SYS_BOOT', 'SYS_NICE', 'SYS_RESOURCE', 'SYS_TIME', 'SYS_TTY_CONFIG', 'MKNOD', 'LEASE'],
  ...['AUDIT_WRITE', 'AUDIT_CONTROL', 'SETFCAP', 'MAC_OVERRIDE', 'MAC_ADMIN', 'SYSLOG', 'WAKE_ALARM', 'BLOCK_SUSPEND', 'AUDIT_READ'],
  ...['PERFMON', 'BPF', 'CHECKPOINT_RESTORE'],
];

/** What containerd lets a container's root do unless its security context says otherwise. */
const DEFAULTS: ReadonlySet<string> = new Set([
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'NET_RAW'],
  ...['SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
]);

/** What the programs of a container may do beyond what their user may. */
export interface Privileges {
  /** Whether root has a capability (capabilities(7), without `CAP_`). */
  readonly has: (capability: string) => boolean;
  /** Whether a program that is set to run as its owner stays its caller's (no_new_privs). */
  readonly areFixed: boolean;
  /** Whether system calls are filtered (seccomp). */
  readonly areFiltered: boolean;
}

/** The capabilities that root has, as 16 hexadecimal digits. */
export function capabilityMask({ has }: Privileges): string {
  let mask = 0n;
  for (const [number, name] of CAPABILITIES.entries()) if (has(name)) mask |= 1n << BigInt(number);
  return mask.toString(16).padStart(16, '0');
}

/** What the security contexts of a container and its pod give (Go: kuberuntime securitycontext). */
export function privilegesOf(context: SecurityContext | undefined, pod: PodSecurityContext | undefined): Privileges {
  const { privileged, capabilities, allowPrivilegeEscalation } = context ?? {};
  const profile = (context?.seccompProfile ?? pod?.seccompProfile)?.type ?? 'Unconfined';
  const named = (list: readonly string[] | undefined, name: string): boolean =>
    (list ?? []).some((each) => each === 'ALL' || each.replace(/^CAP_/, '') === name);
  return {
    has: (name) => privileged === true || named(capabilities?.add, name) || (DEFAULTS.has(name) && !named(capabilities?.drop, name)),
    areFixed: allowPrivilegeEscalation === false,
    areFiltered: privileged !== true && profile !== 'Unconfined',
  };
}
