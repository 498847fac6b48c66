// Asks a real kube-apiserver (v1.36, authorization by RBAC, no controllers) the questions of golden files again
// and writes its answers into them. Each file needs a server that hasn't seen it yet.
//
//   node test/registry/golden/record.mjs https://127.0.0.1:6443 TOKEN test/registry/golden/networking.yaml
//
// Questions are `ask` (method and path), `body` and `type` (of a patch; default: merge). Answers are `code`, and
// `faults`, `warnings` and `object` where there are any.
import fs from 'node:fs';
import https from 'node:https';
import { dump, load } from 'js-yaml';
import { summary } from './summary.mjs';

const [, , server, token, ...files] = process.argv;
const agent = new https.Agent({ keepAlive: true, rejectUnauthorized: false });
const PATCHES = {
  merge: 'application/merge-patch+json',
  apply: 'application/apply-patch+yaml',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
};

function send({ ask, body, type = 'merge' }) {
  const [method, path] = ask.split(' ');
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
  const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  if (payload !== undefined) {
    headers['content-type'] = method === 'PATCH' ? PATCHES[type] : 'application/json';
    headers['content-length'] = payload.length;
  }
  return new Promise((resolve, reject) => {
    const request = https.request(server + path, { method, headers, agent }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({
          code: response.statusCode,
          body: text.startsWith('{') ? JSON.parse(text) : {},
          warnings: warningsOf(response.headersDistinct.warning ?? []),
        });
      });
    });
    request.on('error', reject);
    request.end(payload);
  });
}

function warningsOf(headers) {
  return headers.flatMap((header) => [...header.matchAll(/299 - ("(?:[^"\\]|\\.)*")/g)].map(([, quoted]) => JSON.parse(quoted)));
}

for (const file of files) {
  const comment = fs.readFileSync(file, 'utf8').match(/^(#.*\n)*/)?.[0] ?? '';
  const steps = load(fs.readFileSync(file, 'utf8'));
  const answered = [];
  for (const { ask, type, body } of steps) {
    const { code, body: answer, warnings } = await send({ ask, type, body });
    answered.push(JSON.parse(JSON.stringify({ ask, type, body, ...summary(code, answer, warnings) })));
  }
  fs.writeFileSync(file, comment + dump(answered, { flowLevel: 2, lineWidth: -1, noRefs: true }));
  console.log(`${file}: ${answered.length} answers`);
}
