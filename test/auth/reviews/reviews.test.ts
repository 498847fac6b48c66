import { beforeEach, describe, expect, it } from 'vitest';
import { StatusError } from '../../../src/apimachinery/status.js';
import { Authentication } from '../../../src/auth/authentication/authentication.js';
import { AuthenticationError } from '../../../src/auth/authentication/authenticator.js';
import { parseTokenFile, TokenFile } from '../../../src/auth/authentication/token-file.js';
import { NO_OPINION, type Authorizer } from '../../../src/auth/authorization/authorizer.js';
import type { Attributes } from '../../../src/auth/authorization/attributes.js';
import { userInfo } from '../../../src/auth/identities.js';
import {
  reviewLocalAccess,
  reviewSelfAccess,
  reviewSubjectAccess,
  type AccessReview,
  type AccessReviewSpec,
} from '../../../src/auth/reviews/access-review.js';
import { reviewRules } from '../../../src/auth/reviews/rules-review.js';
import { selfSubjectReview } from '../../../src/auth/reviews/self-subject-review.js';
import { reviewToken } from '../../../src/auth/reviews/token-review.js';

const API = 'https://kubernetes.default.svc';
const carol = userInfo({ name: 'carol', uid: 'u', groups: ['ops'], extra: { b: ['2'], a: ['1'] } });

/** Remembers what it was asked. */
class Recorder implements Authorizer {
  asked: Attributes | undefined;
  answer: ReturnType<Authorizer['authorize']> = NO_OPINION;

  authorize(attributes: Attributes): ReturnType<Authorizer['authorize']> {
    this.asked = attributes;
    return this.answer;
  }

  rulesFor(): ReturnType<Authorizer['rulesFor']> {
    return {
      rules: [
        { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['p'] },
        { verbs: ['get'], nonResourceURLs: ['/x'] },
      ],
      incomplete: true,
      errors: ['one', 'two', 'one'],
    };
  }
}

let authorizer: Recorder;
beforeEach(() => {
  authorizer = new Recorder();
});

function review(spec: AccessReviewSpec, metadata: object = {}): AccessReview {
  return { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', metadata, spec };
}

function message(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof StatusError) return `${String(error.status.code)} ${error.status.message}`;
    throw error;
  }
  return 'no error';
}

describe('an access review', () => {
  it('asks for the subject that it names', () => {
    const spec = {
      user: 'bob',
      uid: 'x',
      groups: ['dev'],
      extra: { k: ['v'] },
      resourceAttributes: { verb: 'get', group: 'apps', resource: 'deployments', subresource: 'scale', name: 'd', namespace: 'ns' },
    };
    expect(reviewSubjectAccess(review(spec), authorizer).status).toEqual({ allowed: false });
    expect(authorizer.asked).toMatchObject({
      user: { name: 'bob', uid: 'x', groups: ['dev'], extra: { k: ['v'] } },
      ...spec.resourceAttributes,
      version: '*',
      isResourceRequest: true,
    });
  });

  it('of oneself asks for the caller', () => {
    authorizer.answer = { decision: 'allow', reason: 'because' };
    expect(reviewSelfAccess(review({ nonResourceAttributes: { path: '/x', verb: 'get' } }), carol, authorizer).status).toEqual({
      allowed: true,
      reason: 'because',
    });
    expect(authorizer.asked).toMatchObject({ user: carol, isResourceRequest: false, path: '/x', verb: 'get' });
    authorizer.answer = { decision: 'deny', reason: '' };
    expect(reviewSelfAccess(review({ resourceAttributes: {} }), carol, authorizer).status).toEqual({ allowed: false, denied: true });
  });

  it.each<[AccessReviewSpec, object, string]>([
    [
      {},
      {},
      '[spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified, spec.user: Invalid value: "": at least one of user or group must be specified]',
    ],
    [
      { user: 'x', resourceAttributes: {}, nonResourceAttributes: { path: '/x' } },
      {},
      'spec.nonResourceAttributes: Invalid value: {"Path":"/x","Verb":""}: cannot be specified in combination with resourceAttributes',
    ],
    [{ user: 'x', resourceAttributes: {} }, { name: 'n' }, 'metadata: Invalid value: {"name":"n"}: must be empty'],
    [
      {
        user: 'x',
        resourceAttributes: { fieldSelector: {}, labelSelector: { rawSelector: 'a', requirements: [{ key: '-', operator: 'In' }] } },
      },
      { managedFields: [] },
      '[spec.resourceAttributes.fieldSelector.requirements: Required value: when spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required, ' +
        'spec.resourceAttributes.labelSelector.rawSelector: Invalid value: "a": may not specified at the same time as requirements, ' +
        "spec.resourceAttributes.labelSelector.requirements[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn', " +
        `spec.resourceAttributes.labelSelector.requirements[0].key: Invalid value: "-": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character ` +
        `(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')]`,
    ],
  ])('is refused: %j %j', (spec, metadata, text) => {
    expect(message(() => reviewSubjectAccess(review(spec, metadata), authorizer))).toBe(`422 .authorization.k8s.io "" is invalid: ${text}`);
  });

  it('of a namespace stays in it', () => {
    const spec = { user: 'x', resourceAttributes: { namespace: 'ns' } };
    expect(reviewLocalAccess(review(spec, { namespace: 'ns' }), 'ns', authorizer).status).toEqual({ allowed: false });
    expect(message(() => reviewLocalAccess(review(spec, { namespace: 'other' }), 'other', authorizer))).toBe(
      '422 .authorization.k8s.io "" is invalid: spec.resourceAttributes.namespace: Invalid value: "ns": must match metadata.namespace',
    );
    expect(message(() => reviewLocalAccess(review({ user: 'x', nonResourceAttributes: {} }, { namespace: 'ns' }), 'ns', authorizer))).toBe(
      '422 .authorization.k8s.io "" is invalid: spec.nonResourceAttributes: Invalid value: {"Path":"","Verb":""}: disallowed on this kind of request',
    );
    expect(message(() => reviewLocalAccess(review(spec, { namespace: 'ns' }), 'other', authorizer))).toBe(
      '400 spec.resourceAttributes.namespace must match namespace: other',
    );
  });

  it.each([
    [{ fieldSelector: { rawSelector: 'spec.nodeName=n1' } }, [{ field: 'spec.nodeName', operator: '=', value: 'n1' }], undefined],
    [{ fieldSelector: { rawSelector: '???' } }, [], 'spec.resourceAttributes.fieldSelector ignored due to parse error'],
    [
      {
        fieldSelector: {
          requirements: [
            { key: 'a', operator: 'NotIn', values: ['b'] },
            { key: 'c', operator: 'Exists' },
          ],
        },
      },
      [{ field: 'a', operator: '!=', value: 'b' }],
      'spec.resourceAttributes.fieldSelector partially ignored due to parse error',
    ],
    [
      {
        labelSelector: {
          requirements: [
            { key: 'a', operator: 'Odd' },
            { key: 'c', operator: 'Exists' },
          ],
        },
        fieldSelector: { rawSelector: '?' },
      },
      [],
      'spec.resourceAttributes.fieldSelector ignored due to parse error; spec.resourceAttributes.labelSelector partially ignored due to parse error',
    ],
  ])('passes selectors on as far as they can be read: %j', (attributes, requirements, evaluationError) => {
    const { status } = reviewSelfAccess(review({ resourceAttributes: attributes }), carol, authorizer);
    expect(authorizer.asked?.fieldSelector?.() ?? []).toEqual(requirements);
    expect(status).toEqual(evaluationError === undefined ? { allowed: false } : { allowed: false, evaluationError });
  });
});

describe('a rules review', () => {
  it('lists rules of both sorts', () => {
    const request = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', metadata: {}, spec: { namespace: 'ns' } };
    expect(reviewRules(request, carol, authorizer)).toMatchObject({
      spec: {},
      status: {
        resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['p'] }],
        nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }],
        incomplete: true,
        evaluationError: '[one, two]',
      },
    });
    expect(message(() => reviewRules({ ...request, spec: {} }, carol, authorizer))).toBe('400 no namespace on request');
  });
});

describe('a review of oneself', () => {
  it('tells who one is, extra keys sorted', () => {
    const { metadata, status } = selfSubjectReview(carol, Date.parse('2026-01-02T03:04:05.678Z'));
    expect(metadata).toEqual({ creationTimestamp: '2026-01-02T03:04:05Z' });
    expect(JSON.stringify(status)).toBe('{"userInfo":{"username":"carol","uid":"u","groups":["ops"],"extra":{"a":["1"],"b":["2"]}}}');
    expect(selfSubjectReview(userInfo({ name: 'x' }), 0).status).toEqual({ userInfo: { username: 'x' } });
  });
});

describe('a token review', () => {
  const authentication = new Authentication({
    tokens: [new TokenFile(parseTokenFile('t,bob,b,dev'), [API])],
    audiences: [API],
    now: () => 0,
  });
  const ask = async (spec: object): Promise<unknown> =>
    ((await reviewToken({ apiVersion: '', kind: '', metadata: {}, spec }, authentication, [API])) as { status?: unknown }).status;

  it('tells whose token it is, and for whom', async () => {
    const bob = { authenticated: true, user: { username: 'bob', uid: 'b', groups: ['dev', 'system:authenticated'] }, audiences: [API] };
    expect(await ask({ token: 't' })).toEqual(bob);
    expect(await ask({ token: 't', audiences: ['x', API] })).toEqual(bob);
    expect(await ask({ token: 't', audiences: ['x'] })).toEqual({ user: {}, error: 'invalid bearer token' });
    expect(await ask({ token: 'u' })).toEqual({ user: {}, error: 'invalid bearer token' });
    expect(await ask({ token: ' t' })).toMatchObject({ authenticated: true, user: { username: 'system:anonymous' } });
    await expect(ask({ token: '' })).rejects.toMatchObject({
      status: { code: 400, message: 'token is required for TokenReview in authentication' },
    });
  });

  it('keeps what the question holds of an answer, where it has none itself', async () => {
    const given = { authenticated: true, user: { username: 'me' }, audiences: ['a'], error: 'mine' };
    const answer = async (token: string): Promise<unknown> =>
      (await reviewToken({ apiVersion: '', kind: '', metadata: {}, spec: { token }, status: given }, authentication, [API])).status;
    expect(await answer('t')).toMatchObject({ authenticated: true, user: { username: 'bob' }, audiences: [API], error: 'mine' });
    expect(await answer('u')).toEqual({ user: { username: 'me' }, audiences: ['a'], error: 'invalid bearer token' });
  });

  it('does not hide faults of the server', async () => {
    const broken = new Authentication({
      tokens: [{ authenticateToken: () => Promise.reject(new TypeError('bug')) }],
      audiences: [API],
      now: () => 0,
    });
    await expect(reviewToken({ apiVersion: '', kind: '', metadata: {}, spec: { token: 't' } }, broken, [API])).rejects.toThrow(TypeError);
    expect(new AuthenticationError('a', 'b').message).toBe('[a, b]');
  });
});
