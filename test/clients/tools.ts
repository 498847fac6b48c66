import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Whether a program is on the PATH (or at a path). */
export function has(program: string): boolean {
  if (program.includes('/')) return existsSync(program);
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export function run(
  program: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; input?: string; cwd?: string } = {},
): Outcome {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    ...options,
    env: { ...process.env, ...options.env },
  });
  if (error) throw error;
  return { code: status, stdout, stderr };
}

/** kubectl at every version this machine has: KUBESIM_KUBECTLS (colon-separated) or the one on the PATH. */
export function kubectls(): { program: string; version: string }[] {
  const programs = (process.env['KUBESIM_KUBECTLS'] ?? 'kubectl').split(':').filter(has);
  return programs.map((program) => {
    const { stdout } = run(program, ['version', '--client', '-o', 'json']);
    return { program, version: /"gitVersion":\s*"([^"]+)"/.exec(stdout)?.[1] ?? 'unknown' };
  });
}

/** Waits for something that a program will do within a minute. */
export async function until(holds: () => boolean, tell: () => string = () => String(holds)): Promise<void> {
  const end = performance.now() + 60_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`it never came true: ${tell()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
