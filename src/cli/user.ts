import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { resourcePath } from '../apimachinery/group-version.js';
import { kubeconfig } from '../auth/kubeconfig.js';
import { hasTrueCondition, SIGNER, type CertificateSigningRequest } from '../auth/signing/certificate-signing-request.js';
import { NAME_OID, signCertificateRequest } from '../auth/x509.js';
import { ApiError, request } from './api.js';
import { ClusterError } from './cluster-error.js';
import { connectionFrom, type Connection } from './connection.js';
import { durationFlag, repeatedFlag, textFlag, UsageError, type FlagValues } from './flags.js';
import { writeKubeconfig } from './kubeconfig-file.js';

/**
 * `kubesim user NAME`: a kubeconfig with a client certificate, which the cluster
 * signs as it does for anybody: by a CertificateSigningRequest that is approved.
 */
export async function user(values: FlagValues, rest: readonly string[]): Promise<number> {
  const [name = '', ...extra] = rest;
  if (name === '' || extra.length > 0) throw new UsageError("user takes one user's NAME; groups go into --group; see kubesim user --help");
  const connection = connectionFrom(values);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const groups = (repeatedFlag(values, 'group') ?? []).map((value) => ({ type: NAME_OID.organization, value }));
  const requestPem = signCertificateRequest([...groups, { type: NAME_OID.commonName, value: name }], privateKey);
  const certificatePem = await certificateFor(connection, requestPem, durationFlag(values, 'duration', MIN_SECONDS));
  const text = kubeconfig({
    server: connection.server,
    caPem: connection.ca,
    user: name,
    namespace: textFlag(values, 'namespace'),
    credential: { certificatePem, privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string },
  });
  const file = textFlag(values, 'output');
  if (file === undefined || file === '-') process.stdout.write(text);
  else writeKubeconfig(file, text);
  return 0;
}

/** The shortest life that the signer gives a certificate. */
const MIN_SECONDS = 600;
/** How often, and for how long, the certificate is looked for. Milliseconds. */
const INTERVAL = 50;
const PATIENCE = 10_000;

const REQUESTS = { group: 'certificates.k8s.io', version: 'v1', resource: 'certificatesigningrequests' };

async function certificateFor(connection: Connection, pem: string, expirationSeconds: number | undefined): Promise<string> {
  const made = await create(connection, {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { generateName: 'kubesim-user-' },
    spec: {
      request: Buffer.from(pem).toString('base64'),
      signerName: SIGNER.apiServerClient,
      usages: ['client auth'],
      expirationSeconds,
    },
  });
  const { name = '' } = made.metadata;
  try {
    const approval = { type: 'Approved', status: 'True', reason: 'KubesimUser', message: 'Asked for by kubesim user' };
    const approved = { ...made, status: { conditions: [approval] } };
    await request(connection, 'PUT', resourcePath({ ...REQUESTS, name, subresource: 'approval' }), approved);
    return await signed(connection, name);
  } finally {
    await request(connection, 'DELETE', resourcePath({ ...REQUESTS, name })).catch(() => undefined);
  }
}

async function create(connection: Connection, body: object): Promise<CertificateSigningRequest> {
  try {
    return (await request(connection, 'POST', resourcePath(REQUESTS), body)) as CertificateSigningRequest;
  } catch (error) {
    if (!(error instanceof ApiError) || !error.message.includes('system:masters')) throw error;
    throw new ClusterError(`${error.message}; the kubeconfig that kubesim wrote at its start is one of that group`);
  }
}

async function signed(connection: Connection, name: string): Promise<string> {
  for (let waited = 0; waited < PATIENCE; waited += INTERVAL) {
    const csr = (await request(connection, 'GET', resourcePath({ ...REQUESTS, name }))) as CertificateSigningRequest;
    if (csr.status?.certificate !== undefined) return Buffer.from(csr.status.certificate, 'base64').toString('utf8');
    if (hasTrueCondition(csr, 'Failed')) {
      const fault = csr.status?.conditions?.find(({ type }) => type === 'Failed');
      throw new ClusterError(`the cluster refuses to sign the certificate: ${fault?.message ?? ''}`);
    }
    await pause(INTERVAL);
  }
  throw new ClusterError(
    `nobody signed the certificate in ${String(PATIENCE / 1000)} s: the cluster runs without certificatesigningrequest-signing-controller (--controllers)`,
  );
}
