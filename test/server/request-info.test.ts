import { describe, expect, it } from 'vitest';
import { parseQuery, requestInfoOf, splitPath, type RequestInfo } from '../../src/server/request-info.js';

function info(method: string, url: string): RequestInfo {
  const [path = '', query = ''] = url.split('?');
  const split = splitPath(path);
  return requestInfoOf(method, split?.path ?? path, split?.segments ?? [], parseQuery(query));
}

describe('what a request is about', () => {
  it.each<[string, string, Partial<RequestInfo>]>([
    ['GET', '/api/v1/namespaces/a/pods', { verb: 'list', resource: 'pods', namespace: 'a', name: '', inNamespace: true }],
    ['GET', '/api/v1/pods', { verb: 'list', resource: 'pods', namespace: '', inNamespace: false }],
    ['GET', '/api/v1/pods?watch=1', { verb: 'watch' }],
    ['GET', '/api/v1/pods?watch=false', { verb: 'list' }],
    ['GET', '/api/v1/pods?watch=perhaps', { verb: 'watch' }],
    ['GET', '/api/v1/watch/namespaces/a/pods', { verb: 'watch', legacyVerb: 'watch', resource: 'pods', namespace: 'a' }],
    ['GET', '/api/v1/namespaces/a/pods/p/log', { verb: 'get', resource: 'pods', subresource: 'log', name: 'p' }],
    ['GET', '/api/v1/namespaces/a', { verb: 'get', resource: 'namespaces', name: 'a', namespace: 'a' }],
    ['PUT', '/api/v1/namespaces/a/finalize', { verb: 'update', resource: 'namespaces', subresource: 'finalize', name: 'a' }],
    ['POST', '/apis/apps/v1/namespaces/a/deployments', { verb: 'create', group: 'apps', version: 'v1', resource: 'deployments' }],
    ['DELETE', '/apis/apps/v1/namespaces/a/deployments', { verb: 'deletecollection' }],
    ['DELETE', '/apis/apps/v1/namespaces/a/deployments/x', { verb: 'delete', name: 'x' }],
    ['PATCH', '/apis/apps/v1/namespaces/a/deployments/x/scale', { verb: 'patch', subresource: 'scale' }],
    ['GET', '/api/v1/namespaces/a/pods?fieldSelector=metadata.name%3Dp', { verb: 'list', name: 'p' }],
    ['GET', '/version', { isResourceRequest: false, verb: 'get' }],
    ['GET', '/apis/apps/v1', { isResourceRequest: false }],
  ])('%s %s', (method, url, expected) => {
    expect(info(method, url)).toMatchObject(expected);
  });

  it('an escaped slash separates segments as any other', () => {
    expect(info('GET', '/api/v1/namespaces/a/configmaps/a%2Fb')).toMatchObject({ name: 'a', subresource: 'b' });
  });

  it('a malformed escape is no path', () => {
    expect(splitPath('/api/%zz')).toBeUndefined();
  });

  it('a query keeps repeated values, and drops what can’t be read', () => {
    expect(parseQuery('a=1&a=2&b=%zz&c=x+y')).toEqual(
      new Map([
        ['a', ['1', '2']],
        ['c', ['x y']],
      ]),
    );
  });
});
