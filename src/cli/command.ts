import type { Flag, FlagValues } from './flags.js';

/** A command with flags of its own, such as `kubesim user`. */
export interface Command {
  /** What stands after `kubesim`: `user NAME [flags]`. */
  readonly usage: string;
  /** One line. */
  readonly summary: string;
  /** Command lines, with what each does. */
  readonly examples: readonly (readonly [line: string, meaning: string])[];
  readonly flags: Readonly<Record<string, Flag>>;
  /** Loaded when it is called for. Resolves with the exit code. */
  readonly run: (values: FlagValues, rest: readonly string[]) => Promise<number>;
}

const KUBECONFIG: Flag = {
  type: 'string',
  placeholder: 'FILE',
  help: 'which cluster (default: $KUBECONFIG, else the one that kubesim started last)',
};
const HELP: Flag = { type: 'boolean', short: 'h', help: 'show this text' };

/** The commands beside `start` and `run`, which share the server's flags. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  user: {
    usage: 'user NAME [--group GROUP]… [flags]',
    summary: 'write a kubeconfig with a client certificate for any user of a running cluster',
    examples: [
      ['kubesim user alice -o alice.yaml', 'a user without any rights yet'],
      ['kubesim user ci --group deployers > ci.yaml', 'one in a group, to standard output'],
      ['KUBECONFIG=alice.yaml kubectl auth whoami', 'who that is to the cluster'],
    ],
    flags: {
      group: { type: 'string', multiple: true, placeholder: 'GROUP', help: 'a group of the user (may be repeated)' },
      namespace: { type: 'string', short: 'n', placeholder: 'NAME', help: "the kubeconfig's namespace" },
      duration: { type: 'string', placeholder: 'TIME', help: 'how long the certificate is good: 24h (default a year, at least 10m)' },
      output: {
        type: 'string',
        short: 'o',
        placeholder: 'FILE',
        help: 'where to write it, readable by its owner only (default: standard output)',
      },
      kubeconfig: KUBECONFIG,
      help: HELP,
    },
    run: async (values, rest) => (await import('./user.js')).user(values, rest),
  },
  assets: {
    usage: 'assets DIR',
    summary: 'write kube-apiserver, etcd and kubectl for KUBEBUILDER_ASSETS: suites of envtest then run on kubesim',
    examples: [
      ['kubesim assets bin', 'launchers that stand in for the real programs'],
      ['KUBEBUILDER_ASSETS=$PWD/bin go test ./...', 'a suite of controller-runtime’s envtest, unchanged'],
    ],
    flags: { help: HELP },
    run: async (_values, rest) => (await import('./assets.js')).assets(rest),
  },
  token: {
    usage: 'token NAMESPACE/NAME [flags]',
    summary: 'print a token of a service account of a running cluster',
    examples: [
      ['kubesim token default/default', 'a token for the API server, good for an hour'],
      ['kubesim token ci/deployer --duration 24h', 'one that lasts longer'],
      ['curl -k -H "Authorization: Bearer $(kubesim token default/default)" https://127.0.0.1:6443/api', 'a request with it'],
    ],
    flags: {
      audience: { type: 'string', multiple: true, placeholder: 'NAME', help: 'whom it is for (may be repeated; default: the API server)' },
      duration: { type: 'string', placeholder: 'TIME', help: 'how long it is good: 10m or more (default 1h)' },
      kubeconfig: KUBECONFIG,
      help: HELP,
    },
    run: async (values, rest) => (await import('./token.js')).token(values, rest),
  },
  'as-pod': {
    usage: 'as-pod NAMESPACE/POD -- COMMAND',
    summary: 'run a program of this machine with the identity of a running pod: its environment and its service account',
    examples: [
      ['kubesim as-pod default/web -- ./controller', 'rest.InClusterConfig() works unchanged'],
      ['kubesim as-pod default/web -- env', 'what the program is given'],
    ],
    flags: { kubeconfig: KUBECONFIG, help: HELP },
    run: async (values, rest) => (await import('./as-pod.js')).asPod(values, rest),
  },
};
