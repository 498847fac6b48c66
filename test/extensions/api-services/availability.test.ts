import { describe, expect, it } from 'vitest';
import { discoveryUrl, unavailability, withAvailability, type Backing } from '../../../src/extensions/api-services/availability.js';

const SPEC = { group: 'example.com', version: 'v1', service: { namespace: 'ns', name: 'svc', port: 443 } };
const service = (port: number): NonNullable<Backing['service']> => ({
  spec: { type: 'ClusterIP', clusterIP: '10.96.0.9', ports: [{ port, name: 'web' }] },
});
const slice = (ready: boolean, name?: string): Backing['slices'][number] => ({
  endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready } }],
  ports: [{ name, port: 8443 }],
});

const CASES: readonly (readonly [title: string, backing: Backing, reason: string, message: string])[] = [
  ['no service', { service: undefined, slices: [] }, 'ServiceNotFound', 'service/svc in "ns" is not present'],
  ['another port', { service: service(80), slices: [] }, 'ServicePortError', 'service/svc in "ns" is not listening on port 443'],
  ['no slices', { service: service(443), slices: [] }, 'EndpointsNotFound', 'cannot find endpointslices for service/svc in "ns"'],
  [
    'nothing ready',
    { service: service(443), slices: [slice(false, 'web')] },
    'MissingEndpoints',
    'endpointslices for service/svc in "ns" have no addresses with port name "web"',
  ],
  [
    'unnamed ports',
    { service: service(443), slices: [slice(true)] },
    'MissingEndpoints',
    'endpointslices for service/svc in "ns" have no addresses with port name "web"',
  ],
];

describe('An APIService with a server of its own', () => {
  it.each(CASES)('is unavailable with %s', (_title, backing, reason, message) => {
    expect(unavailability(SPEC, backing)).toEqual({ status: 'False', reason, message });
  });

  it('is asked where its service is, if it has endpoints', () => {
    expect(unavailability(SPEC, { service: service(443), slices: [slice(true, 'web')] })).toBeUndefined();
    expect(discoveryUrl(SPEC, service(443))).toBe('https://10.96.0.9:443/apis/example.com/v1');
  });

  it('keeps the time of its condition while the status stays', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    const first = withAvailability([], { status: 'False', reason: 'a', message: 'b' }, now);
    const second = withAvailability(first, { status: 'False', reason: 'c', message: 'd' }, now + 5000);
    expect(second).toEqual([{ type: 'Available', status: 'False', lastTransitionTime: '2026-01-01T00:00:00Z', reason: 'c', message: 'd' }]);
    expect(withAvailability(second, { status: 'False', reason: 'c', message: 'd' }, now + 9000)).toBe(second);
  });

  it('notes when it stopped being available', () => {
    const before = [{ type: 'Available', status: 'True', lastTransitionTime: '2020-01-01T00:00:00Z', reason: 'Passed', message: '' }];
    const [condition] = withAvailability(before, { status: 'False', reason: 'a', message: 'b' }, Date.parse('2026-01-01T00:00:00Z'));
    expect(condition).toMatchObject({ status: 'False', lastTransitionTime: '2026-01-01T00:00:00Z' });
  });
});
