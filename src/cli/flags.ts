import { DurationError, parseDuration } from '../apimachinery/duration.js';
import { parseArgs, type ParseArgsConfig } from 'node:util';

/** A mistake on the command line: says what is wrong and what to do. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What one flag takes; `placeholder` shows in --help. */
export interface Flag {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: boolean;
  readonly placeholder?: string;
  readonly help: string;
}

/** Flags of the server, under kube-apiserver's and kube-controller-manager's names where one exists. */
export const SERVER_FLAGS = {
  'bind-address': { type: 'string', placeholder: 'IP', help: 'address to listen on (default 127.0.0.1; anything else is your decision)' },
  'secure-port': { type: 'string', placeholder: 'PORT', help: 'HTTPS port (default 6443; 0 = any free one)' },
  'insecure-port': { type: 'string', placeholder: 'PORT', help: 'plain HTTP on loopback as cluster admin, off by default' },
  kubeconfig: { type: 'string', placeholder: 'FILE', help: 'where to write the admin kubeconfig' },
  'token-auth-file': { type: 'string', placeholder: 'FILE', help: 'CSV of token,user,uid,"group,…"' },
  'client-ca-file': { type: 'string', placeholder: 'FILE', help: 'PEM of CAs whose client certificates are accepted, besides our own' },
  'requestheader-client-ca-file': {
    type: 'string',
    placeholder: 'FILE',
    help: 'PEM of CAs of a front proxy that says who makes a request (default: none is believed)',
  },
  'requestheader-allowed-names': { type: 'string', placeholder: 'LIST', help: "common names of the proxy's certificate (default: any)" },
  'requestheader-username-headers': { type: 'string', placeholder: 'LIST', help: 'its headers with the name (default X-Remote-User)' },
  'requestheader-uid-headers': { type: 'string', placeholder: 'LIST', help: 'with the uid (default X-Remote-Uid)' },
  'requestheader-group-headers': { type: 'string', placeholder: 'LIST', help: 'with groups (default X-Remote-Group)' },
  'requestheader-extra-headers-prefix': { type: 'string', placeholder: 'LIST', help: 'with extras (default X-Remote-Extra-)' },
  'authorization-mode': { type: 'string', placeholder: 'LIST', help: 'Node, RBAC, AlwaysAllow (default Node,RBAC)' },
  'audit-log-path': { type: 'string', placeholder: 'FILE', help: 'who did what, as JSON lines of audit.k8s.io/v1 (- = standard output)' },
  'audit-policy-file': {
    type: 'string',
    placeholder: 'FILE',
    help: 'audit.k8s.io/v1 Policy (default: each request once, at level Metadata)',
  },
  'service-cluster-ip-range': { type: 'string', placeholder: 'CIDR', help: 'addresses of Services (default 10.96.0.0/16)' },
  'enable-admission-plugins': { type: 'string', placeholder: 'LIST', help: 'admission plug-ins to switch on' },
  'disable-admission-plugins': { type: 'string', placeholder: 'LIST', help: 'admission plug-ins to switch off' },
  controllers: { type: 'string', placeholder: 'LIST', help: "'*' for all, a name to add one, -NAME to leave one out, -* for none" },
  nodes: { type: 'string', placeholder: 'N', help: 'how many simulated nodes, the first of them a control plane (default 4; 0 = none)' },
  speed: { type: 'string', placeholder: 'FACTOR|instant', help: 'how fast pods start and end on simulated nodes (default 1)' },
  images: {
    type: 'string',
    multiple: true,
    placeholder: 'FILE',
    help: 'images for simulated containers: what they answer, print and hold (may be repeated)',
  },
  data: { type: 'string', multiple: true, placeholder: 'FILE', help: 'manifests to load at the start (may be repeated)' },
  seed: { type: 'string', placeholder: 'TEXT', help: 'makes uids and names repeatable' },
  version: { type: 'string', placeholder: 'VERSION', help: 'the version that /version tells (default v1.36.2)' },
  quiet: { type: 'boolean', help: 'print nothing but errors' },
  'log-format': { type: 'string', placeholder: 'text|json', help: 'form of log lines' },
  v: { type: 'string', short: 'v', placeholder: 'N', help: 'verbosity of the log (default 0)' },
  help: { type: 'boolean', short: 'h', help: 'show this text' },
} as const satisfies Readonly<Record<string, Flag>>;

export type FlagValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** Parses arguments strictly; unknown flags name themselves. `--` and what follows are not ours. */
export function parseFlags(
  args: readonly string[],
  flags: Readonly<Record<string, Flag>>,
  help = 'kubesim --help',
): { readonly values: FlagValues; readonly rest: readonly string[] } {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const [name, flag] of Object.entries(flags)) {
    options[name] = {
      type: flag.type,
      ...(flag.short === undefined ? {} : { short: flag.short }),
      ...(flag.multiple === undefined ? {} : { multiple: flag.multiple }),
    };
  }
  try {
    const { values, positionals } = parseArgs({ args: joinNegatives(args, flags), options, allowPositionals: true, strict: true });
    return { values: values as FlagValues, rest: positionals };
  } catch (error) {
    const message = error instanceof Error ? error.message.split('. ')[0] : String(error);
    throw new UsageError(`${message ?? ''}; see ${help}`);
  }
}

/** `--controllers -*` means `--controllers=-*`: values may begin with a dash there, as in kube-controller-manager. */
function joinNegatives(args: readonly string[], flags: Readonly<Record<string, Flag>>): string[] {
  const out: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    const next = args[i + 1];
    const name = arg.startsWith('--') ? arg.slice(2) : '';
    if (name !== '' && Object.hasOwn(flags, name) && flags[name]?.type === 'string' && next !== undefined && /^-[^-]/.test(next)) {
      out.push(`${arg}=${next}`);
      i++;
    } else out.push(arg);
  }
  return out;
}

/** A whole number from a flag. */
export function numberFlag(values: FlagValues, name: string, min: number, max: number): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const value = typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max))
    throw new UsageError(`--${name} takes a whole number from ${String(min)} to ${String(max)}, not ${JSON.stringify(text)}`);
  return value;
}

/** `--speed`: a factor above 0, or `instant`. */
export function speedFlag(values: FlagValues): number | 'instant' | undefined {
  const text = values['speed'];
  if (text === undefined || text === 'instant') return text;
  const factor = Number(text);
  if (typeof text !== 'string' || text.trim() === '' || !(factor > 0 && factor < Infinity))
    throw new UsageError(`--speed takes a number above 0 or instant, not ${JSON.stringify(text)}`);
  return factor;
}

/** A flag's text. */
export function textFlag(values: FlagValues, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** A flag that may be repeated; undefined if it isn't there. */
export function repeatedFlag(values: FlagValues, name: string): readonly string[] | undefined {
  const value = values[name];
  return Array.isArray(value) ? (value as readonly string[]) : undefined;
}

/** A length of time, such as `90m` or `24h`, in whole seconds. */
export function durationFlag(values: FlagValues, name: string, min: number): number | undefined {
  const text = textFlag(values, name);
  if (text === undefined) return undefined;
  const seconds = secondsOf(text);
  if (!(seconds >= min))
    throw new UsageError(`--${name} takes a time of at least ${String(min / 60)} minutes, such as 24h, not ${JSON.stringify(text)}`);
  return seconds;
}

/** A comma-separated flag. */
export function listFlag(values: FlagValues, name: string): string[] | undefined {
  return textFlag(values, name)
    ?.split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** NaN for what is no duration in Go's form. */
function secondsOf(text: string): number {
  try {
    return Number(parseDuration(text) / 1_000_000_000n);
  } catch (error) {
    if (error instanceof DurationError) return Number.NaN;
    throw error;
  }
}
