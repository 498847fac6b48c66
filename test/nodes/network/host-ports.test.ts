import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stack } from '../../../src/nodes/network/network.js';
import { sandboxEnvironment, TestPod } from '../runtime/support.js';

const NODE = '172.18.0.2';
const port = (hostPort: number, containerPort: number, protocol: string, hostIP?: string) => ({
  hostPort,
  containerPort,
  protocol,
  hostIP,
});

let pod: TestPod;
beforeAll(async () => {
  const environment = sandboxEnvironment();
  environment.network.add(new Stack([NODE]));
  pod = await new TestPod(
    [
      {
        image: 'agnhost',
        command: ['/agnhost', 'netexec', '--http-port=8080', '--udp-port=8081'],
        ports: [port(80, 8080, 'TCP'), port(90, 8080, 'TCP', '10.0.0.1'), port(53, 8081, 'UDP', NODE)] as never,
      },
    ],
    {},
    environment,
  ).start();
});
afterAll(() => {
  pod.sandbox.remove();
});

const refused = { stdout: '', code: 1 };
const commands: readonly [what: string, command: string, outcome: object][] = [
  ['a port of the pod, by datagrams', 'echo hostName | nc -w 1 -u 10.244.1.5 8081', { stdout: 'web', code: 0 }],
  ['the pod’s own loopback, by datagrams', 'echo echo Hello | nc -w 1 -u localhost 8081', { stdout: 'hello', code: 0 }],
  ['nobody, by datagrams', 'echo hostname | nc -w 1 -u 10.244.1.5 8080', refused],
  ['what does not understand', 'echo what | nc -w 0 -u 10.244.1.5 8081', { stdout: '', code: 0 }],
  ['a port of the node', `curl -s http://${NODE}:80/hostname`, { stdout: 'web', code: 0 }],
  ['a port of another address of the node', `nc -z ${NODE} 90`, refused],
  ['a port of the node that takes datagrams', `echo hostname | nc -w 1 -u ${NODE} 53`, { stdout: 'web', code: 0 }],
  ['that port, by a connection', `nc -z ${NODE} 53`, refused],
  [
    'others in netexec’s name',
    `curl -s "http://localhost:8080/dial?protocol=udp&host=${NODE}&port=53&request=hostname"`,
    { stdout: '{"responses":["web"]}', code: 0 },
  ],
];

describe('ports of a pod and of its node', () => {
  it.each(commands)('lead to %s', async (_what, command, outcome) => {
    expect(await pod.sh(command)).toMatchObject(outcome);
  });
});
