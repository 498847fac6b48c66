import { SERVER_FLAGS, type Flag } from './flags.js';

/** The text of --help. */
export function helpText(): string {
  const rows = (Object.entries(SERVER_FLAGS) as [string, Flag][]).map(([name, flag]) => {
    const long = name === 'v' ? '-v' : `--${name}`;
    return [`${long}${flag.placeholder === undefined ? '' : ` ${flag.placeholder}`}`, flag.help] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  return `kubesim: a Kubernetes v1.36 control plane in one process

Usage:
  kubesim [start] [flags]              run a cluster until Ctrl-C
  kubesim run [flags] -- COMMAND…      run COMMAND against a fresh cluster on a free port

Examples:
  kubesim                              a cluster on https://127.0.0.1:6443
  kubesim --secure-port 0 --data app.yaml
  kubesim --nodes 0 --controllers='-*' --token-auth-file tokens.csv
  kubesim run -- kubectl get namespaces
  kubesim run --seed 1 -- npm test

Flags:
${rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')}
`;
}
