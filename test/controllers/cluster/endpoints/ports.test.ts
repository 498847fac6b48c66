import { describe, expect, it } from 'vitest';
import { endpointsOrder, slicesOrder } from '../../../../src/controllers/cluster/endpoints/ports.js';

describe('Ports of endpoints', () => {
  // As the real controllers ordered them.
  it.each([
    [
      [
        { name: 'web', port: 8080, protocol: 'TCP' },
        { name: 'raw', port: 9000, protocol: 'TCP' },
      ],
      ['raw', 'web'],
    ],
    [
      [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53, protocol: 'TCP' },
        { name: 'sctp', port: 999, protocol: 'SCTP', appProtocol: 'example.com/x' },
      ],
      ['sctp', 'dns', 'dns-tcp'],
    ],
  ])('stand in slices in the order of their hashes', (ports, names) => {
    expect(slicesOrder(ports).map(({ name }) => name)).toEqual(names);
  });

  it('stand in Endpoints in the order of theirs', () => {
    const ports = [
      { name: 'web', port: 8080, protocol: 'TCP' },
      { name: 'raw', port: 9000, protocol: 'TCP' },
    ];
    expect(endpointsOrder(ports).map(({ name }) => name)).toEqual(['raw', 'web']);
  });
});
