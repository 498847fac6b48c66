import { COMMANDS, type Command } from './command.js';
import { SERVER_FLAGS, type Flag } from './flags.js';

/** The text of --help. */
export function helpText(): string {
  const commands = Object.values(COMMANDS).map(({ usage, summary }) => [`kubesim ${usage}`, summary] as const);
  return `kubesim: a Kubernetes v1.36 control plane in one process

Usage:
${table([
  ['kubesim [start] [flags]', 'run a cluster until Ctrl-C'],
  ['kubesim run [flags] -- COMMAND…', 'run COMMAND against a fresh cluster on a free port'],
  ...commands,
])}

Examples:
  kubesim                              a cluster on https://127.0.0.1:6443
  kubesim --secure-port 0 --data app.yaml
  kubesim --nodes 0 --controllers='-*' --token-auth-file tokens.csv
  kubesim run -- kubectl get namespaces
  kubesim run --seed 1 -- npm test
  kubesim user alice --group developers -o alice.yaml
  kubesim token default/default

Flags:
${flagTable(SERVER_FLAGS)}

Other commands have flags of their own: kubesim user --help
`;
}

/** The text of a command's own --help. */
export function commandHelp({ usage, summary, examples, flags }: Command): string {
  return `kubesim ${usage}

${summary.charAt(0).toUpperCase()}${summary.slice(1)}.

Examples:
${examples.map(([line, meaning]) => `  # ${meaning}\n  ${line}`).join('\n\n')}

Flags:
${flagTable(flags)}
`;
}

function flagTable(flags: Readonly<Record<string, Flag>>): string {
  return table(
    Object.entries(flags).map(([name, { short, placeholder, help }]) => {
      const long = name.length === 1 ? `-${name}` : `${short === undefined ? '' : `-${short}, `}--${name}`;
      return [`${long}${placeholder === undefined ? '' : ` ${placeholder}`}`, help];
    }),
  );
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}
