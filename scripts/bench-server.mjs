// What the benchmarks share: a server, a client of it, and objects.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import http2 from 'node:http2';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';

const WORKERS = 16;
export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const bin = path.join(root, 'dist/bin.js');

/** @param {number} i */
export const configMap = (i) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: `bench-${i}`, labels: { app: 'bench', shard: `s${i % 10}` } },
  data: { index: String(i), payload: 'x'.repeat(900) },
});

/**
 * Runs `work` for 0…count-1 on some workers; operations a second.
 * @param {number} total
 * @param {(i: number) => Promise<unknown>} work
 */
export async function rate(total, work) {
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: WORKERS }, async () => {
      while (next < total) await work(next++);
    }),
  );
  return Math.round(total / ((performance.now() - began) / 1000));
}

/**
 * @param {string} file a kubeconfig
 * @param {string | undefined} bearer a token in place of its user's credentials
 */
export function clientOf(file, bearer = undefined) {
  const config = load(readFileSync(file, 'utf8'));
  const { cluster } = config.clusters[0];
  const user = bearer === undefined ? config.users[0].user : { token: bearer };
  const decode = (text) => (text === undefined ? undefined : Buffer.from(text, 'base64'));
  const session = http2.connect(cluster.server, {
    ca: decode(cluster['certificate-authority-data']),
    cert: decode(user['client-certificate-data']),
    key: decode(user['client-key-data']),
    rejectUnauthorized: cluster['insecure-skip-tls-verify'] !== true,
  });
  const token = user.token === undefined ? {} : { authorization: `Bearer ${user.token}` };
  /** @returns {Promise<Buffer>} */
  const request = (method, url, body, type = 'application/json') =>
    new Promise((resolve, reject) => {
      const stream = session.request({
        ':method': method,
        ':path': url,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': type }),
        ...token,
      });
      const chunks = [];
      let status = 0;
      stream.on('response', (headers) => (status = Number(headers[':status'])));
      stream.on('data', (chunk) => chunks.push(chunk));
      stream.on('error', reject);
      stream.on('end', () =>
        status < 300
          ? resolve(Buffer.concat(chunks))
          : reject(new Error(`${method} ${url}: ${status} ${Buffer.concat(chunks).toString().slice(0, 200)}`)),
      );
      stream.end(body);
    });
  return { session, request, token };
}

/**
 * Starts the built program without controllers and nodes; resolves when it is ready.
 * @param {readonly string[]} flags
 */
export async function begin(flags = []) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kubesim-bench-'));
  const kubeconfig = path.join(folder, 'kubeconfig');
  const began = performance.now();
  const child = spawn(process.execPath, [
    bin,
    '--secure-port',
    '0',
    '--nodes',
    '0',
    '--controllers=-*',
    '--kubeconfig',
    kubeconfig,
    ...flags,
  ]);
  await new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => String(chunk).includes('export KUBECONFIG') && resolve(undefined));
    child.once('exit', (code) => reject(new Error(`kubesim exited with ${code}`)));
  });
  return { child, took: performance.now() - began, folder, kubeconfig };
}
