import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Typed } from '../../../../src/client/client.js';
import { ClusterNames } from '../../../../src/nodes/network/names.js';
import type { Service } from '../../../../src/schema/generated/core-v1.js';
import type { EndpointSlice } from '../../../../src/schema/generated/discovery-v1.js';
import { sandboxEnvironment, TestPod } from '../support.js';

const SERVICES = [
  service('web', { clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7', 'fd00::7'], ports: [{ name: 'http', port: 80 }] }),
  service('db', { clusterIP: 'None', clusterIPs: ['None'], ports: [{ name: 'sql', port: 5432 }] }),
  service('alias', { type: 'ExternalName', externalName: 'web.default.svc.cluster.local' }),
  service('outside', { type: 'ExternalName', externalName: 'foo.example.com' }),
];
const SLICES = [
  {
    metadata: { namespace: 'default', labels: { 'kubernetes.io/service-name': 'db' } },
    ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }],
    endpoints: [
      { addresses: ['10.244.1.8'], hostname: 'db-0' },
      { addresses: ['10.244.1.9'] },
      { addresses: ['10.244.1.10'], conditions: { ready: false } },
    ],
  } as unknown as Typed<EndpointSlice>,
];

function service(name: string, spec: Service['spec']): Typed<Service> {
  return { metadata: { namespace: 'default', name }, spec } as Typed<Service>;
}

const names = new ClusterNames({
  service: (namespace, name) => SERVICES.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
  serviceAt: (address) => SERVICES.find(({ spec }) => spec.clusterIPs?.includes(address)),
  slicesOf: (_namespace, name) => (name === 'db' ? SLICES : []),
  endpointsAt: (address) =>
    SLICES.flatMap(({ endpoints }) => endpoints ?? [])
      .filter(({ addresses }) => addresses?.includes(address))
      .map((endpoint) => ({ service: 'db.default', endpoint })),
});

let pod: TestPod;
beforeAll(async () => {
  const searches = ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local'];
  pod = await new TestPod(
    [{ image: 'agnhost' }],
    { dnsPolicy: 'None', dnsConfig: { nameservers: ['10.96.0.10'], searches, options: [{ name: 'ndots', value: '5' }] } },
    { ...sandboxEnvironment(), names },
  ).start();
});
afterAll(() => {
  pod.sandbox.remove();
});

const full = (name: string): string => `${name}.default.svc.cluster.local`;
const lookups: readonly [command: string, stdout: string, code?: number][] = [
  [`dig +short ${full('web')}`, '10.96.0.7\n'],
  [`dig +short ${full('web')} AAAA`, 'fd00::7\n'],
  ['dig +notcp +noall +answer +search web A', `${full('web')}. 30 IN A\t10.96.0.7\n`],
  ['dig +noall +answer web', ''],
  [`dig +tcp +noall +answer +search _http._tcp.web SRV`, `${full('_http._tcp.web')}. 30 IN SRV\t0 100 80 ${full('web')}.\n`],
  [`dig +short SRV ${full('_sql._tcp.db')}`, `0 50 5432 ${full('db-0.db')}.\n0 50 5432 ${full('10-244-1-9.db')}.\n`],
  [`dig +short ${full('_sql._udp.db')} SRV`, ''],
  [`dig +short ${full('db')}`, '10.244.1.8\n10.244.1.9\n'],
  [`dig +short ${full('db-0.db')}`, '10.244.1.8\n'],
  [`dig +short 10-244-1-8.default.pod.cluster.local`, '10.244.1.8\n'],
  ['dig +short -x 10.96.0.7', `${full('web')}.\n`],
  ['dig +noall +answer +search 8.1.244.10.in-addr.arpa. PTR', `8.1.244.10.in-addr.arpa. 30 IN PTR\t${full('db-0.db')}.\n`],
  [`dig +short ${full('outside')} CNAME`, 'foo.example.com.\n'],
  [`dig +short ${full('alias')}`, `${full('web')}.\n10.96.0.7\n`],
  ['dig +short TXT dns-version.cluster.local', '"1.1.0"\n'],
  ['dig nowhere.example.com | grep -o "status: [A-Z]*"', 'status: NXDOMAIN\n'],
  [
    'nslookup web',
    `Server:\t\t10.96.0.10\nAddress:\t10.96.0.10#53\n\nName:\t${full('web')}\nAddress: 10.96.0.7\nName:\t${full('web')}\nAddress: fd00::7\n\n`,
  ],
  ['nslookup outside | tail -n +4', `${full('outside')}\tcanonical name = foo.example.com.\n\n`],
  ['nslookup 10.96.0.7 | tail -n +4', `7.0.96.10.in-addr.arpa\tname = ${full('web')}.\n\n`],
  ['nslookup gone', `Server:\t\t10.96.0.10\nAddress:\t10.96.0.10#53\n\n** server can't find gone: NXDOMAIN\n\n`, 1],
  ['getent hosts alias', `10.96.0.7       ${full('web')}\n`],
  ['getent hosts 10.244.1.8', `10.244.1.8      ${full('db-0.db')}\n`],
  ['getent hosts gone', '', 2],
];

describe('the tools that ask the cluster’s DNS', () => {
  it.each(lookups)('answer %s', async (command, stdout, code = 0) => {
    expect(await pod.sh(command)).toMatchObject({ stdout, code });
  });

  it('find nobody to ask where the pod names no server', async () => {
    const lonely = await new TestPod([{ image: 'agnhost' }], { dnsPolicy: 'None' }).start();
    expect(await lonely.sh(`dig ${full('web')} | tail -1`)).toMatchObject({ stdout: ';; no servers could be reached\n' });
    lonely.sandbox.remove();
  });
});
