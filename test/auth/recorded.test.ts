import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseFieldSelector } from '../../src/apimachinery/field-selector.js';
import { StatusError } from '../../src/apimachinery/status.js';
import { anonymous, type UserInfo } from '../../src/apimachinery/user-info.js';
import { parseTokenFile } from '../../src/auth/authentication/token-file.js';
import type { Attributes } from '../../src/auth/authorization/attributes.js';
import { AuthorizerChain, PrivilegedGroup } from '../../src/auth/authorization/authorizer.js';
import { forbidden } from '../../src/auth/authorization/forbidden.js';
import { bootstrapPolicy, nodeRules } from '../../src/auth/bootstrap/policy.js';
import { asAuthenticated, serviceAccountGroups, userInfo } from '../../src/auth/identities.js';
import { impersonatedUser, Impersonation } from '../../src/auth/impersonation.js';
import { NodeAuthorizer } from '../../src/auth/node/authorizer.js';
import { NodeGraph, type GraphResource } from '../../src/auth/node/graph.js';
import { RbacAuthorizer } from '../../src/auth/rbac/authorizer.js';
import { RbacIndex, type RbacResource } from '../../src/auth/rbac/index.js';
import type { KubeObject } from '../../src/registry/object.js';
import { parseQuery, requestInfoOf, splitPath } from '../../src/server/request-info.js';

const PARITY = new URL('../../../shared/parity/', import.meta.url);

interface Step {
  id: string;
  name?: string;
  method: string;
  path: string;
  as?: string;
  headers?: Record<string, string | string[]>;
  body?: unknown;
  response?: { status: number; body?: { message?: string } & Record<string, unknown> };
}

/** Plays the part of a server that does nothing but authorize. */
class Gatekeeper {
  private readonly index = new RbacIndex();
  private readonly graph = new NodeGraph();
  private readonly authorizer = new AuthorizerChain([
    new PrivilegedGroup(),
    new NodeAuthorizer(this.graph, nodeRules()),
    new RbacAuthorizer(this.index),
  ]);
  private readonly impersonation = new Impersonation(this.authorizer);
  private readonly users = new Map(parseTokenFile(readFileSync(new URL('tokens.csv', PARITY), 'utf8')));
  private readonly answers = new Map<string, unknown>();

  constructor() {
    for (const { resource, object } of bootstrapPolicy()) this.index.put(resource, object);
  }

  /** The refusal's text; undefined if the request may pass, null if its sender isn't known. */
  ask(step: Step): string | undefined | null {
    const user = this.userOf(step.as ?? 'admin', step.headers?.['authorization']);
    if (user === undefined) return null;
    try {
      const attributes = attributesOf(step, user);
      const raw = Object.entries(step.headers ?? {}).flatMap(([name, value]) => [value].flat().flatMap((item) => [name, item]));
      const wanted = impersonatedUser(raw);
      const acting = wanted === undefined ? attributes : { ...attributes, user: this.impersonation.impersonate(wanted, attributes).user };
      const { decision, reason } = this.authorizer.authorize(acting);
      return decision === 'allow' ? undefined : forbidden(acting, reason).status.message;
    } catch (error) {
      if (error instanceof StatusError) return error.status.message;
      throw error;
    }
  }

  /** Takes over what a successful request changed. */
  apply(step: Step): void {
    const { response, name } = step;
    if (response !== undefined && response.status >= 300) return;
    if (name !== undefined) this.answers.set(name, response?.body);
    const { resource, namespace, name: target } = attributesOf(step, anonymous());
    const place = RBAC.has(resource) ? 'rbac' : GRAPH.has(resource) ? 'graph' : undefined;
    if (place === undefined) return;
    const object = (step.response?.body ?? step.body) as KubeObject;
    if (step.method !== 'GET' && step.method !== 'DELETE') {
      const complete = { ...object, metadata: { ...object.metadata, ...(namespace === '' ? {} : { namespace }) } };
      if (place === 'rbac') this.index.put(resource as RbacResource, complete as Parameters<RbacIndex['put']>[1]);
      else this.graph.put(resource as GraphResource, complete);
    } else if (step.method === 'DELETE') {
      if (place === 'rbac') this.index.remove(resource as RbacResource, namespace, target);
      else this.graph.remove(resource as GraphResource, namespace, target);
    }
  }

  private userOf(as: string, credentials: unknown): UserInfo | undefined {
    if (credentials !== undefined) return undefined;
    if (as === 'anonymous') return anonymous();
    const known = this.users.get(`${as}-token`);
    if (known !== undefined) return asAuthenticated(known);
    const answer = this.answers.get(/^\$\{(\w+)\.status\.token\}$/.exec(as)?.[1] ?? '') as { status?: { token?: string } } | undefined;
    return answer?.status?.token === undefined ? undefined : asAuthenticated(tokenUser(answer.status.token));
  }
}

const RBAC = new Set(['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings']);
const GRAPH = new Set(['pods', 'persistentvolumes', 'volumeattachments', 'resourceslices']);

function tokenUser(token: string): UserInfo {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    sub: string;
    'kubernetes.io': { namespace: string; node?: { name: string } };
  };
  const { namespace, node } = claims['kubernetes.io'];
  const extra = node === undefined ? {} : { 'authentication.kubernetes.io/node-name': [node.name] };
  return userInfo({ name: claims.sub, groups: serviceAccountGroups(namespace), extra });
}

function attributesOf(step: Step, user: UserInfo): Attributes {
  const [rawPath = '', rawQuery = ''] = step.path.split('?');
  const split = splitPath(rawPath);
  if (split === undefined) throw new Error(`malformed path ${rawPath}`);
  const query = parseQuery(rawQuery);
  const info = requestInfoOf(step.method, split.path, split.segments, query);
  return { ...info, user, fieldSelector: () => parseFieldSelector(query.get('fieldSelector')?.[0] ?? '').requirements };
}

const SCENARIOS = ['auth-identity', 'auth-forbidden', 'auth-grants', 'auth-impersonation', 'auth-nodes', 'auth-tokens'];

describe.skipIf(!existsSync(PARITY))('the recorded refusals (need ../shared)', () => {
  it.each(SCENARIOS)('of %s are ours', (scenario) => {
    const steps = JSON.parse(readFileSync(new URL(`recorded/${scenario}.json`, PARITY), 'utf8')) as Step[];
    const gatekeeper = new Gatekeeper();
    const differences: unknown[] = [];
    let compared = 0;
    for (const step of steps) {
      const refusal = gatekeeper.ask(step);
      const { response } = step;
      const message = response?.body?.message;
      // Refusals of the handlers that come later: of PUT and apply that would create, and of admission.
      const later =
        response?.status === 403 && /cannot create resource .*"(fresh)?|user not permitted/.test(message ?? '') && step.method !== 'POST';
      if (response !== undefined && refusal !== null && response.status !== 401 && !later) {
        compared++;
        const expected = response.status === 403 || (response.status === 400 && message?.startsWith('requested &')) ? message : undefined;
        if (refusal !== expected) differences.push({ step: step.id, expected, refusal });
      }
      gatekeeper.apply(step);
    }
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(30);
  });
});
