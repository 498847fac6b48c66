import { resourcePath } from '../apimachinery/group-version.js';
import { request } from './api.js';
import { connectionFrom } from './connection.js';
import { durationFlag, repeatedFlag, UsageError, type FlagValues } from './flags.js';

/** `kubesim token NAMESPACE/NAME`: prints a token of a service account (TokenRequest). */
export async function token(values: FlagValues, rest: readonly string[]): Promise<number> {
  const [account = '', ...extra] = rest;
  const [namespace = '', name = '', more] = account.split('/');
  if (namespace === '' || name === '' || more !== undefined || extra.length > 0) {
    throw new UsageError('token takes one service account as NAMESPACE/NAME, such as default/default; see kubesim token --help');
  }
  const path = resourcePath({ group: '', version: 'v1', namespace, resource: 'serviceaccounts', name, subresource: 'token' });
  const audiences = repeatedFlag(values, 'audience');
  const expirationSeconds = durationFlag(values, 'duration', MIN_SECONDS);
  const answer = await request(connectionFrom(values), 'POST', path, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { audiences, expirationSeconds },
  });
  const { token: text = '' } = (answer.status ?? {}) as { token?: string };
  process.stdout.write(`${text}\n`);
  return 0;
}

/** The shortest life that the API server gives a token. */
const MIN_SECONDS = 600;
