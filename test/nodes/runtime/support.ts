import type { Readable } from 'node:stream';
import type { Client } from '../../../src/client/client.js';
import { Informers } from '../../../src/client/informers.js';
import { SystemClock } from '../../../src/apimachinery/clock.js';
import { SeededRandom } from '../../../src/apimachinery/random.js';
import { ImageStore } from '../../../src/nodes/images/image-store.js';
import { ClusterNames } from '../../../src/nodes/network/names.js';
import { ClusterNetwork } from '../../../src/nodes/network/network.js';
import { PodSandbox, type SandboxEnvironment } from '../../../src/nodes/runtime/pod-sandbox.js';
import { TimedCpu } from '../../../src/nodes/runtime/process/cpu.js';
import type { RunningContainer } from '../../../src/nodes/runtime/runtime.js';
import { NodeFiles } from '../../../src/nodes/runtime/volumes/node-files.js';
import type { Container, PodSpec } from '../../../src/schema/generated/core-v1.js';

/** What a command did. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What sandboxes stand on, without a cluster: nothing is served and nobody listens. */
export function sandboxEnvironment(): SandboxEnvironment {
  const informers = new Informers({} as Client);
  const clock = new SystemClock();
  const random = new SeededRandom('pods');
  const network = new ClusterNetwork({ informers, random, clock, apiServer: () => ({ host: '127.0.0.1', port: 1 }) });
  const lister = <T>(resource: string): T => informers.of({ group: '', version: 'v1', resource }) as T;
  return {
    clock,
    random,
    cpu: new TimedCpu(),
    images: new ImageStore(),
    network,
    names: new ClusterNames(network),
    clusterDns: undefined,
    working: undefined,
    sources: {
      services: lister('services'),
      configMaps: lister('configmaps'),
      secrets: lister('secrets'),
      claims: lister('persistentvolumeclaims'),
      persistentVolumes: lister('persistentvolumes'),
      files: new NodeFiles(),
      caPem: 'CA',
      client: {} as Client,
      clock,
    },
  };
}

/** A pod with containers c0, c1, … */
export class TestPod {
  readonly sandbox: PodSandbox;
  readonly containers: RunningContainer[] = [];

  constructor(
    private readonly specs: readonly Partial<Container>[],
    spec: Partial<PodSpec> = {},
    environment = sandboxEnvironment(),
  ) {
    const containers = specs.map((container, index) => ({
      name: `c${String(index)}`,
      image: 'busybox',
      command: ['sleep', 'infinity'],
      resources: {},
      ...container,
    }));
    const pod = {
      metadata: { name: 'web', namespace: 'default', uid: 'u1', labels: { app: 'web' } },
      spec: { containers, ...spec },
      status: {},
    };
    this.sandbox = new PodSandbox(
      environment,
      { pod: pod as never, nodeName: 'node', podIPs: ['10.244.1.5'], hostIPs: ['172.18.0.2'] },
      () => undefined,
    );
    this.specs = containers as Partial<Container>[];
  }

  async start(): Promise<this> {
    await this.sandbox.mountVolumes();
    for (const container of this.specs)
      this.containers.push(await this.sandbox.startContainer({ container: container as Container, attempt: 0, onExit: () => undefined }));
    return this;
  }

  async exec(command: readonly string[], input?: string, index = 0): Promise<Outcome> {
    const container = this.containers[index];
    if (container === undefined) throw new Error('no such container');
    const session = await container.exec({ command, tty: false, stdin: input !== undefined, stdout: true, stderr: true });
    session.stdin?.end(input);
    const [code, stdout, stderr] = await Promise.all([session.exited, textOf(session.stdout), textOf(session.stderr)]);
    return { code, stdout, stderr };
  }

  sh(script: string, input?: string, index = 0): Promise<Outcome> {
    return this.exec(['sh', '-c', script], input, index);
  }
}

async function textOf(stream: Readable | undefined): Promise<string> {
  const chunks: Buffer[] = [];
  if (stream !== undefined) for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
