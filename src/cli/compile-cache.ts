import nodeModule from 'node:module';
import os from 'node:os';
import path from 'node:path';

/** In Node 22.8 and later; types are those of Node 20. */
interface CompileCache {
  enableCompileCache?(folder: string): unknown;
}

/**
 * Keeps what V8 compiles between runs, which saves a good part of each start but the
 * first: below the user's own cache folder, since code from a folder that others
 * write to would be theirs. Does nothing on older Nodes, and where it can't be written.
 */
export function keepCompiledCode(environment: NodeJS.ProcessEnv = process.env): void {
  const folder = environment['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache');
  (nodeModule as CompileCache).enableCompileCache?.(path.join(folder, 'kubesim'));
}
