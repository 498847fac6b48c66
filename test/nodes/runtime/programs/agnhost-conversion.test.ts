import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestPod } from '../support.js';

const [V1, V2] = ['stable.example.com/v1', 'stable.example.com/v2'];

let pod: TestPod;
beforeAll(async () => {
  pod = await new TestPod([{ image: 'agnhost', command: ['/agnhost', 'crd-conversion-webhook'] }]).start();
});
afterAll(() => {
  pod.sandbox.remove();
});

async function convert(object: object, desiredAPIVersion: string): Promise<unknown> {
  const request = { uid: 'u', desiredAPIVersion, objects: [object] };
  const review = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', request };
  const { stdout } = await pod.sh('curl -sSk --data-binary @- https://localhost/crdconvert', JSON.stringify(review));
  return JSON.parse(stdout);
}

const failure = (message: string): object => ({ convertedObjects: [], result: { status: 'Failure', message } });
const success = (object: object): object => ({ convertedObjects: [object], result: { status: 'Success' } });
const cases: readonly [what: string, object: object, wanted: string, response: object][] = [
  ['splits a host and port', { apiVersion: V1, hostPort: 'a:80', x: 1 }, V2, success({ apiVersion: V2, x: 1, host: 'a', port: '80' })],
  ['joins them', { apiVersion: V2, host: 'a', port: '80' }, V1, success({ apiVersion: V1, hostPort: 'a:80' })],
  ['leaves an object without them as it is', { apiVersion: V2 }, V1, success({ apiVersion: V1 })],
  ['refuses what has no port', { apiVersion: V1, hostPort: 'a' }, V2, failure('invalid hostPort value `a`')],
  ['refuses other versions', { apiVersion: V1 }, 'b/v1', failure('unexpected conversion version "b/v1"')],
  [
    'refuses a version to itself',
    { apiVersion: V1 },
    V1,
    failure(`conversion from a version to itself should not call the webhook: ${V1}`),
  ],
];

describe('the conversion webhook of agnhost', () => {
  it.each(cases)('%s', async (_what, object, wanted, response) => {
    const review = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', response: { uid: 'u', ...response } };
    expect(await convert(object, wanted)).toEqual(review);
  });
});
