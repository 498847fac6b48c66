import { createHash, createPublicKey, verify, type JsonWebKey } from 'node:crypto';
import type { Process } from '../process/process.js';
import type { Parsed } from './arguments.js';
import { bodyText, fetchHttp } from './http-client.js';
import { InClusterConfig } from './in-cluster.js';
import { klog } from './klog.js';
import { goLog } from './go-log.js';

const TIMEOUT = 30_000;

/** `agnhost inclusterclient`: asks the API server how it is, with the pod's token, and tells tokens apart in its log. */
export async function inClusterClient(process: Process, { options }: Parsed): Promise<number> {
  await process.machine.prepare();
  await klog(process, 'I', 'main.go:64', 'started');
  const config = new InClusterConfig(process);
  if (config.server === undefined) {
    await goLog(
      process,
      'err: unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined',
    );
    return 1;
  }
  const interval = Number(options.get('poll-interval') ?? 30) * 1000;
  for (;;) {
    await process.sleep(interval);
    await klog(process, 'I', 'main.go:86', 'calling /healthz');
    const authorization = `Bearer ${config.token ?? ''}`;
    await klog(process, 'I', 'main.go:103', `authz_header=${createHash('sha256').update(`salt|${authorization}`).digest('base64url')}`);
    try {
      await get(process, `${config.server}/healthz`, config);
    } catch (error) {
      process.checkAlive();
      await klog(process, 'E', 'main.go:89', 'status=failed');
      await klog(process, 'E', 'main.go:90', `error checking /healthz: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

async function get(process: Process, url: string, { token, caFile }: InClusterConfig): Promise<string> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetchHttp(process, { url: new URL(url), headers, caFile, timeout: TIMEOUT });
  const text = await bodyText(process, response);
  const { statusCode = 500, statusMessage = '' } = response.message;
  if (statusCode !== 200) throw new Error(`${String(statusCode)} ${statusMessage}: ${text}`);
  return text;
}

interface Claims {
  readonly iss?: string;
  readonly aud?: string | readonly string[];
  readonly exp?: number;
  readonly nbf?: number;
}

/** `agnhost test-service-account-issuer-discovery`: verifies a mounted token by what the issuer publishes (OpenID Connect Discovery 1.0). */
export async function issuerDiscovery(process: Process, { options }: Parsed): Promise<number> {
  await process.machine.prepare();
  const path = options.get('token-path') ?? '';
  const token = Buffer.from(process.fs.read(process.resolve(path), process.credentials)).toString('utf8');
  await goLog(process, 'OK: Got token');
  await goLog(process, 'validating with in-cluster discovery');
  try {
    await validate(process, token, options.get('audience') ?? '');
    return 0;
  } catch (error) {
    process.checkAlive();
    await goLog(process, `failed to validate with in-cluster discovery: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

async function validate(process: Process, token: string, audience: string): Promise<void> {
  const [head = '', body = '', signature = ''] = token.split('.');
  const { alg, kid } = decoded<{ alg?: string; kid?: string }>(head);
  const claims = decoded<Claims>(body);
  const issuer = claims.iss ?? '';
  await goLog(process, `OK: got issuer ${issuer}`);
  const config = new InClusterConfig(process);
  const provider = JSON.parse(await get(process, `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, config)) as {
    issuer: string;
    jwks_uri: string;
  };
  if (provider.issuer !== issuer)
    throw new Error(`oidc: issuer did not match the issuer returned by provider, expected "${issuer}" got "${provider.issuer}"`);
  await goLog(process, `OK: Constructed OIDC provider for issuer ${issuer}`);
  const { keys } = JSON.parse(await get(process, provider.jwks_uri, config)) as { keys: (JsonWebKey & { kid?: string; alg?: string })[] };
  const key = keys.find((each) => each.kid === kid && each.alg === alg);
  if (key === undefined || !isSignedBy(key, alg, `${head}.${body}`, signature)) throw new Error('failed to verify signature');
  await goLog(process, 'OK: Validated signature on JWT');
  checkClaims(claims, audience, process.machine.clock.now() / 1000);
  await goLog(process, 'OK: Got valid claims from token!');
}

function decoded<T>(part: string): T {
  return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as T;
}

/** RS256 or ES256, which service account issuers use (RFC 7518). */
function isSignedBy(key: JsonWebKey, algorithm: string | undefined, text: string, signature: string): boolean {
  if (algorithm !== 'RS256' && algorithm !== 'ES256') return false;
  const publicKey = createPublicKey({ key, format: 'jwk' });
  return verify('sha256', Buffer.from(text), { key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
}

function checkClaims({ aud, exp = 0, nbf = 0 }: Claims, audience: string, now: number): void {
  const audiences = typeof aud === 'string' ? [aud] : (aud ?? []);
  if (!audiences.includes(audience)) throw new Error(`oidc: expected audience "${audience}" got ${JSON.stringify(audiences)}`);
  if (exp < now) throw new Error('oidc: token is expired');
  if (nbf > now) throw new Error('oidc: token is not yet valid');
}
