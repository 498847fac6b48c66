import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProcess, type ClusterProcess } from '../support/cluster-process.mjs';
import { kubectls, run, type Outcome } from './tools.js';

const [found] = kubectls();
if (found === undefined) console.log('walk through a rollout: skipped, there is no kubectl on this machine');

const POD = /nginx-[a-z0-9]{8,10}-[a-z0-9]{5}/;
/** How long a condition may take to come true. Milliseconds. */
const PATIENCE = 60_000;

interface WatchedEvent {
  readonly type: string;
  readonly object: {
    readonly kind: string;
    readonly metadata: {
      readonly name: string;
      readonly labels?: Record<string, string>;
      readonly ownerReferences?: { readonly kind: string }[];
      readonly managedFields?: { readonly manager: string }[];
    };
  };
}

/** The walk of the articles: a deployment scales, rolls out, is undone, and its nodes are looked after. Each step builds on those before. */
describe.skipIf(found === undefined)('kubectl walks through a rollout', () => {
  let cluster: ClusterProcess;
  let folder: string;
  let proxy: ChildProcess | undefined;
  const events: WatchedEvent[] = [];
  const program = found?.program ?? 'kubectl';

  const env = (): NodeJS.ProcessEnv => ({ ...process.env, KUBECONFIG: cluster.kubeconfig, HOME: folder });
  const kubectl = (args: string): Outcome => run(program, args.split(' '), { env: env() });
  const ok = (args: string): string => {
    const { code, stdout, stderr } = kubectl(args);
    expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
    return stdout;
  };
  /** Repeats a command until its output is as it should be. */
  const until = async (args: string, matches: (stdout: string) => boolean): Promise<string> => {
    const end = performance.now() + PATIENCE;
    for (;;) {
      const stdout = ok(args);
      if (matches(stdout)) return stdout;
      if (performance.now() > end) throw new Error(`kubectl ${args} still answers:\n${stdout}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const lines = (text: string): string[] => text.trim().split('\n');
  const running = (count: number) => (stdout: string) => lines(stdout).filter((line) => / 1\/1 +Running /.test(line)).length === count;

  /** Follows pods through `kubectl proxy`, as `curl …?watch=1` does. */
  const follow = async (): Promise<void> => {
    const child = spawn(program, ['proxy', '--port=0'], { env: env() });
    proxy = child;
    const port = await new Promise<string>((resolve, reject) => {
      child.stdout.on('data', (data: Buffer) => {
        const told = /127\.0\.0\.1:(\d+)/.exec(data.toString())?.[1];
        if (told !== undefined) resolve(told);
      });
      child.once('exit', () => {
        reject(new Error('kubectl proxy ended'));
      });
    });
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/namespaces/default/pods?watch=1`);
    void read(response).catch(() => undefined);
  };
  const read = async ({ body }: Response): Promise<void> => {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const part of body as unknown as AsyncIterable<Uint8Array>) {
      const texts = (rest + decoder.decode(part, { stream: true })).split('\n');
      rest = texts.pop() ?? '';
      events.push(...texts.map((text) => JSON.parse(text) as WatchedEvent));
    }
  };

  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'kubesim-walk-'));
    cluster = await startProcess([]);
    await follow();
  });
  afterAll(async () => {
    proxy?.kill();
    expect(await cluster.stop()).toBe(0);
    expect(cluster.output()).not.toContain('fault');
    rmSync(folder, { recursive: true, force: true });
  });

  it('finds four nodes that are ready', () => {
    const [header, ...nodes] = lines(ok('get nodes'));
    expect(header).toMatch(/^NAME +STATUS +ROLES +AGE +VERSION$/);
    expect(nodes.map((line) => line.split(/ +/).slice(0, 3).join(' '))).toEqual([
      'kube-master Ready control-plane',
      'kube-worker1 Ready <none>',
      'kube-worker2 Ready <none>',
      'kube-worker3 Ready <none>',
    ]);
    expect(ok('get nodes -owide')).toMatch(/kube-worker1 +Ready +<none> .* 172\.18\.0\.3 +<none> .*containerd:\/\//);
  });

  it('finds the control plane and CoreDNS', async () => {
    await until('get pods -n kube-system', (stdout) => running(10)(stdout));
    const info = ok('cluster-info');
    expect(info).toContain('Kubernetes control plane');
    expect(info).toMatch(/CoreDNS.* is running at .*\/api\/v1\/namespaces\/kube-system\/services\/kube-dns:dns\/proxy/);
    expect(ok('get componentstatuses')).toMatch(/scheduler +Healthy +ok/);
  });

  it('creates a deployment that an autoscaler brings to five pods', async () => {
    expect(ok('create deployment nginx --image=nginx:1')).toBe('deployment.apps/nginx created\n');
    expect(ok('autoscale deployment nginx --min=5 --max=10')).toBe('horizontalpodautoscaler.autoscaling/nginx autoscaled\n');
    const pods = await until('get pods', running(5));
    for (const line of lines(pods).slice(1)) expect(line).toMatch(POD);
    expect(ok('get hpa nginx')).toMatch(/nginx +Deployment\/nginx .* 5 +10 +\d /);
  });

  it('shows pods of both revisions side by side while it rolls out another image', async () => {
    expect(ok('set image deployment/nginx nginx=nginx:1.21')).toBe('deployment.apps/nginx image updated\n');
    await until('get pods', (stdout) => ['Terminating', 'Running', 'ContainerCreating'].every((word) => stdout.includes(word)));
    const status = ok('rollout status -w deployment/nginx');
    expect(status).toMatch(/^Waiting for deployment "nginx" rollout to finish: /);
    expect(status).toMatch(/deployment "nginx" successfully rolled out\n$/);
    const pods = await until('get pods', (stdout) => running(5)(stdout) && !stdout.includes('Terminating'));
    expect(pods).toMatch(POD);
  });

  it('remembers both revisions and goes back to the first', () => {
    expect(
      lines(ok('rollout history deployment/nginx'))
        .slice(2)
        .map((line) => line.split(/ +/)[0]),
    ).toEqual(['1', '2']);
    expect(ok('rollout undo deployment/nginx --to-revision=1')).toBe('deployment.apps/nginx rolled back\n');
    expect(ok('rollout status deployment/nginx')).toMatch(/successfully rolled out\n$/);
    expect(ok('get deployment nginx -o jsonpath={.spec.template.spec.containers[0].image}')).toBe('nginx:1');
    expect(
      lines(ok('rollout history deployment/nginx'))
        .slice(2)
        .map((line) => line.split(/ +/)[0]),
    ).toEqual(['2', '3']);
  });

  it('streams whole objects to whoever watches meanwhile', () => {
    const types = new Set(events.map(({ type }) => type));
    expect([...types].sort()).toEqual(['ADDED', 'DELETED', 'MODIFIED']);
    for (const { object } of events) {
      expect(object.kind).toBe('Pod');
      expect(object.metadata.labels?.['pod-template-hash']).toMatch(/^[a-z0-9]{8,10}$/);
      expect(object.metadata.ownerReferences?.[0]?.kind).toBe('ReplicaSet');
      expect(object.metadata.managedFields?.[0]?.manager).toBe('kube-controller-manager');
    }
    expect(events.some(({ object }) => object.metadata.managedFields?.some(({ manager }) => manager === 'kubelet'))).toBe(true);
  });

  it('describes pods, deployments and nodes', async () => {
    const [name = ''] = POD.exec(await until('get pods', running(5))) ?? [];
    const pod = ok(`describe pod ${name}`);
    expect(pod).toMatch(/Node: +kube-worker\d\/172\.18\.0\.\d/);
    expect(pod).toMatch(/Controlled By: +ReplicaSet\/nginx-/);
    expect(pod).toMatch(/Normal +Scheduled .* default-scheduler +Successfully assigned default\/nginx-/);
    expect(pod).toMatch(/Normal +Started .* kubelet /);
    const deployment = ok('describe deployment nginx');
    expect(deployment).toMatch(/Replicas: +5 desired \| 5 updated \| 5 total \| 5 available \| 0 unavailable/);
    expect(deployment).toMatch(/Available +True +MinimumReplicasAvailable/);
    const node = ok('describe node kube-worker1');
    expect(node).toMatch(/HolderIdentity: +kube-worker1/);
    expect(node).toMatch(/Ready +True .* KubeletReady +kubelet is posting ready status/);
    expect(node).toMatch(/kube-system +kube-proxy-/);
    expect(ok('events')).toMatch(/ScalingReplicaSet +Deployment\/nginx +Scaled up replica set nginx-/);
    expect(ok('get po -owide')).toMatch(/ 10\.\d+\.\d+\.\d+ +kube-worker\d /);
  });

  it('tells what nodes and pods use', () => {
    expect(ok('top node')).toMatch(/kube-worker1 +\d+m +\d+% +\d+Mi +\d+%/);
    expect(ok('top pod')).toMatch(/nginx-.* +\d+m +\d+Mi/);
  });

  it('scales and exposes the deployment', async () => {
    ok('delete hpa nginx');
    expect(ok('scale deployment nginx --replicas=3')).toBe('deployment.apps/nginx scaled\n');
    await until('get pods', (stdout) => running(3)(stdout) && lines(stdout).length === 4);
    expect(ok('expose deployment nginx --port 80')).toBe('service/nginx exposed\n');
    await until('get endpointslices -l kubernetes.io/service-name=nginx', (stdout) => /80 +10\.[\d.]+,10\.[\d.]+,10\.[\d.]+ /.test(stdout));
  });

  it('drains a node and takes it back', async () => {
    expect(ok('cordon kube-worker1')).toBe('node/kube-worker1 cordoned\n');
    expect(ok('get nodes')).toMatch(/kube-worker1 +Ready,SchedulingDisabled/);
    const drained = kubectl('drain kube-worker1 --ignore-daemonsets');
    expect(drained.stderr).toContain('Warning: ignoring DaemonSet-managed Pods: kube-system/kube-proxy-');
    expect(drained.stdout).toMatch(/node\/kube-worker1 drained\n$/);
    const pods = await until('get pods -owide', running(3));
    expect(pods).not.toContain('kube-worker1');
    expect(ok('uncordon kube-worker1')).toBe('node/kube-worker1 uncordoned\n');
  });

  it('drives pods off a node with a taint', async () => {
    expect(ok('taint nodes kube-worker2 key1=value1:NoExecute')).toBe('node/kube-worker2 tainted\n');
    await until('get pods -owide', (stdout) => running(3)(stdout) && !stdout.includes('kube-worker2'));
    expect(ok('taint nodes kube-worker2 key1=value1:NoExecute-')).toBe('node/kube-worker2 untainted\n');
  });

  it('waits for conditions and deletes it all', async () => {
    expect(ok('wait --for=condition=Available deployment/nginx --timeout=30s')).toBe('deployment.apps/nginx condition met\n');
    expect(lines(ok('wait --for=condition=Ready pod -l app=nginx --timeout=30s'))).toHaveLength(3);
    expect(ok('delete deployment nginx')).toMatch(/^deployment\.apps "nginx" deleted/);
    expect(ok('delete service nginx')).toMatch(/^service "nginx" deleted/);
    await until('get pods', (stdout) => stdout === '');
  });
});
