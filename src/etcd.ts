// A program of its own: envtest waits for etcd before it starts anything else, so this one loads nothing that it doesn't need.
import { etcd } from './cli/stand-in/etcd.js';

void etcd(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`etcd: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
