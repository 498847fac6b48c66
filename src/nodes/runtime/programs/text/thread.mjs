// A thread that runs just-bash's tools on files beyond it, so that a long search holds up nobody else.
// Plain JavaScript, so that it can be started from src/ too.
import { posix } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { Bash } from 'just-bash';

/** @typedef {import('./threads.js').ToThread} ToThread */

/** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
const calls = new Map();
let lastCall = 0;

/** What the container's file system is asked for; all of it is there, beyond the thread. */
const METHODS = [
  ...['readFile', 'readFileBuffer', 'writeFile', 'appendFile', 'exists', 'stat', 'lstat', 'mkdir', 'readdir', 'rm', 'cp', 'mv'],
  ...['chmod', 'symlink', 'link', 'readlink', 'realpath', 'utimes'],
];

/** @type {Record<string, (...args: any[]) => unknown>} */
const fs = {
  resolvePath: posix.resolve,
  getAllPaths: () => [],
};
for (const method of METHODS) {
  fs[method] = (...args) =>
    new Promise((resolve, reject) => {
      const call = ++lastCall;
      calls.set(call, { resolve, reject });
      parentPort?.postMessage({ call, method, args });
    });
}

parentPort?.on('message', async (/** @type {ToThread} */ message) => {
  if ('call' in message) {
    const call = calls.get(message.call);
    calls.delete(message.call);
    if (message.error === undefined) call?.resolve(message.value);
    else call?.reject(Object.assign(new Error(message.error.message), { code: message.error.code }));
    return;
  }
  const { name, args, input, env, cwd, limits } = message;
  const bash = new Bash({ fs: /** @type {any} */ (fs), env, cwd, commands: [name], executionLimits: limits, defenseInDepth: false });
  const { stdout, stderr, exitCode, stdoutKind, stdoutEncoding } = await bash.exec(name, { args, stdin: input, stdinKind: 'bytes' });
  parentPort?.postMessage({ stdout, stderr, exitCode, isBytes: stdoutKind === 'bytes' || stdoutEncoding === 'binary' });
});

parentPort?.postMessage({ ready: true });
