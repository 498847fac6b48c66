import { createServer } from 'node:https';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CertificateAuthority } from '../../src/auth/certificates.js';
import { startCluster, type AdmissionAnswer, type Cluster, type ServedWebhook, type Status } from '../../src/index.js';
import type { KubeObject } from '../../src/registry/object.js';
import type { AdmissionRequest } from '../../src/schema/generated/admission-v1.js';
import { refusal } from '../support/refusal.js';

const GROUP = 'admissionregistration.k8s.io';
const configMaps = { resource: { group: '', version: 'v1', resource: 'configmaps' }, namespace: 'default' };
const configMap = (name: string, more: object = {}): KubeObject =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...more }, data: {} }) as KubeObject;
const RULE = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['configmaps'] };

describe('Admission webhooks', () => {
  let cluster: Cluster;
  const open: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 0, controllers: ['-*'], insecurePort: 0 });
  });
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
  });
  afterAll(async () => {
    await cluster.stop();
  });

  const configure = async (kind: 'Validating' | 'Mutating', name: string, ...webhooks: readonly object[]): Promise<void> => {
    const target = { resource: { group: GROUP, version: 'v1', resource: `${kind.toLowerCase()}webhookconfigurations` } };
    const complete = webhooks.map((hook, i) => ({
      name: `hook${String(i)}.example.com`,
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      rules: [RULE],
      ...hook,
    }));
    await cluster.client.create(target, {
      apiVersion: `${GROUP}/v1`,
      kind: `${kind}WebhookConfiguration`,
      metadata: { name },
      webhooks: complete,
    } as unknown as KubeObject);
    open.push(() => cluster.client.delete(target, name));
  };
  const serve = async (handler: (request: AdmissionRequest) => AdmissionAnswer): Promise<ServedWebhook> => {
    const served = await cluster.webhook(handler);
    open.push(() => served.close());
    return served;
  };
  const create = (object: KubeObject, options: { dryRun?: boolean } = {}): Promise<KubeObject & { data?: Record<string, string> }> =>
    cluster.client.create(configMaps, object, options);

  it('are told what a request is about', async () => {
    const seen: AdmissionRequest[] = [];
    const { clientConfig } = await serve((request) => {
      seen.push(request);
      return { allowed: true };
    });
    await configure('Validating', 'told', { clientConfig });
    await cluster.client.create(configMaps, configMap('told'), { fieldManager: 'me' });
    await cluster.client.delete(configMaps, 'told');
    const [created, deleted] = seen;
    expect(created).toMatchObject({
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      resource: { group: '', version: 'v1', resource: 'configmaps' },
      requestKind: { group: '', version: 'v1', kind: 'ConfigMap' },
      name: 'told',
      namespace: 'default',
      operation: 'CREATE',
      userInfo: { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] },
      object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'told' } },
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'me' },
    });
    expect(deleted).toMatchObject({
      operation: 'DELETE',
      object: null,
      oldObject: { kind: 'ConfigMap' },
      options: { kind: 'DeleteOptions' },
    });
  });

  const denials: readonly (readonly [string, AdmissionAnswer, Partial<Status>])[] = [
    ['nothing', { allowed: false }, { code: 400, reason: '', message: 'without explanation' }],
    ['a message', { allowed: false, status: { message: 'no', code: 403 } }, { code: 403, message: ': no' }],
    ['a reason', { allowed: false, status: { reason: 'Forbidden' } }, { code: 400, reason: 'Forbidden', message: ': Forbidden' }],
    ['a success', { allowed: false, status: { message: 'fine', code: 200 } }, { code: 400, message: ': fine' }],
  ];
  it.each(denials)('deny with %s', async (_what, answer, { message = '', ...status }) => {
    const { clientConfig } = await serve(() => answer);
    await configure('Validating', 'denying', { clientConfig });
    const colon = message.startsWith(':') ? '' : ' ';
    expect(await refusal(create(configMap('denied')))).toMatchObject({
      ...status,
      message: `admission webhook "hook0.example.com" denied the request${colon}${message}`,
    });
  });

  it('change objects in the order of their configurations, and are asked again if they want to', async () => {
    const calls: string[] = [];
    const patching =
      (key: string) =>
      (request: AdmissionRequest): AdmissionAnswer => {
        const { data = {} } = request.object as { data?: Record<string, string> };
        calls.push(`${key} sees ${Object.keys(data).join('+')}`);
        if (data[key] !== undefined) return { allowed: true };
        return { allowed: true, patch: [{ op: 'add', path: '/data', value: { ...data, [key]: 'yes' } }] };
      };
    const first = await serve(patching('a'));
    const second = await serve(patching('b'));
    await configure('Mutating', 'z-second', { clientConfig: second.clientConfig, reinvocationPolicy: 'Never' });
    await configure('Mutating', 'a-first', { clientConfig: first.clientConfig, reinvocationPolicy: 'IfNeeded' });
    const made = await create(configMap('patched'));
    expect(made.data).toEqual({ a: 'yes', b: 'yes' });
    expect(calls).toEqual(['a sees ', 'b sees a', 'a sees a+b']);
  });

  const patches: readonly (readonly [string, AdmissionAnswer['patch'], string])[] = [
    [
      'leads nowhere',
      [{ op: 'add', path: '/spec/a/b', value: 1 }],
      'Internal error occurred: add operation does not apply: doc is missing path: "/spec/a/b": missing value',
    ],
    [
      'removes what is missing',
      [{ op: 'remove', path: '/metadata/x' }],
      "Internal error occurred: error in remove for path: '/metadata/x': Unable to remove nonexistent key: x: missing value",
    ],
    ['tests in vain', [{ op: 'test', path: '/kind', value: 'Pod' }], 'Internal error occurred: testing value /kind failed: test failed'],
    [
      'leaves a wrong type',
      [{ op: 'add', path: '/data', value: { a: 1 } }],
      'Internal error occurred: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    ],
    [
      'is no patch',
      Buffer.from('{}').toString('base64'),
      'Internal error occurred: failed calling webhook "hook0.example.com": received undecodable patch in webhook response: json: cannot unmarshal object into Go value of type jsonpatch.Patch',
    ],
  ];
  it.each(patches)('fail with a patch that %s', async (_what, patch, message) => {
    const { clientConfig } = await serve(() => ({ allowed: true, ...(patch === undefined ? {} : { patch }) }));
    await configure('Mutating', 'patching', { clientConfig });
    expect(await refusal(create(configMap('unpatched')))).toMatchObject({ code: 500, message });
  });

  it('must not change what is deleted', async () => {
    await create(configMap('kept'));
    const { clientConfig } = await serve(() => ({ allowed: true, patch: [{ op: 'remove', path: '/data' }] }));
    await configure('Mutating', 'deleting', { clientConfig, rules: [{ ...RULE, operations: ['DELETE'] }] });
    expect(await refusal(cluster.client.delete(configMaps, 'kept'))).toMatchObject({
      code: 500,
      message:
        'Internal error occurred: admission webhook "hook0.example.com" attempted to modify the object, which is not supported for this operation',
    });
  });

  it('are chosen by namespace and labels', async () => {
    const { clientConfig } = await serve(() => ({ allowed: false }));
    await configure(
      'Validating',
      'choosing',
      { clientConfig, objectSelector: { matchLabels: { guarded: 'yes' } } },
      { clientConfig, name: 'elsewhere.example.com', namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } },
    );
    await create(configMap('free'));
    expect((await refusal(create(configMap('guarded', { labels: { guarded: 'yes' } })))).message).toContain('hook0.example.com');
    const elsewhere = cluster.client.create({ ...configMaps, namespace: 'kube-system' }, configMap('free'));
    expect((await refusal(elsewhere)).message).toContain('elsewhere.example.com');
    const update = cluster.client.patch(configMaps, 'free', 'merge', { metadata: { labels: { guarded: 'yes' } } });
    expect((await refusal(update)).message).toContain('hook0.example.com');
  });

  it('see equivalent resources in the version that they ask for, and their changes come back', async () => {
    const seen: unknown[] = [];
    const { clientConfig } = await serve((request) => {
      seen.push(request.kind, request.requestKind);
      return { allowed: true, patch: [{ op: 'replace', path: '/spec/maxReplicas', value: 7 }] };
    });
    const rules = [{ ...RULE, apiGroups: ['autoscaling'], apiVersions: ['v2'], resources: ['horizontalpodautoscalers'] }];
    await configure('Mutating', 'equivalent', { clientConfig, rules });
    const made = await cluster.client.create(
      { resource: { group: 'autoscaling', version: 'v1', resource: 'horizontalpodautoscalers' }, namespace: 'default' },
      {
        apiVersion: 'autoscaling/v1',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'scaled' },
        spec: { maxReplicas: 2, scaleTargetRef: { kind: 'Deployment', name: 'x', apiVersion: 'apps/v1' } },
      } as KubeObject,
    );
    expect(made.spec).toMatchObject({ maxReplicas: 7 });
    expect(seen).toEqual([
      { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler' },
      { group: 'autoscaling', version: 'v1', kind: 'HorizontalPodAutoscaler' },
    ]);
  });

  it('are reached through a service without a selector that leads to the host', async () => {
    const { url, clientConfig } = await serve(() => ({ allowed: false, status: { message: 'found' } }));
    const port = Number(new URL(url).port);
    const services = { resource: { group: '', version: 'v1', resource: 'services' }, namespace: 'default' };
    const endpoints = { resource: { group: '', version: 'v1', resource: 'endpoints' }, namespace: 'default' };
    await cluster.client.create(services, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'hook' },
      spec: { ports: [{ port: 443 }] },
    } as KubeObject);
    await configure('Validating', 'service', {
      clientConfig: { service: { name: 'hook', namespace: 'default', path: '/check' }, caBundle: clientConfig.caBundle },
    });
    expect((await refusal(create(configMap('served')))).message).toMatch(
      /^Internal error occurred: failed calling webhook "hook0.example.com": failed to call webhook: Post "https:\/\/hook.default.svc:443\/check\?timeout=10s": dial tcp 10.96.\d+.\d+:443: connect: connection refused$/,
    );
    await cluster.client.create(endpoints, {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'hook' },
      subsets: [{ addresses: [{ ip: '192.0.2.2' }], ports: [{ port }] }],
    } as unknown as KubeObject);
    // The certificate is for 127.0.0.1 alone.
    expect((await refusal(create(configMap('served')))).message).toContain(
      'tls: failed to verify certificate: x509: certificate is valid for localhost, not hook.default.svc',
    );
  });

  it('are not asked about dry runs that they would take for real', async () => {
    const { clientConfig } = await serve(() => ({ allowed: true }));
    await configure('Validating', 'dry', { clientConfig, sideEffects: 'NoneOnDryRun' });
    await create(configMap('dry'), { dryRun: true });
  });

  it('are asked about being connected with', async () => {
    const seen: AdmissionRequest[] = [];
    const { clientConfig } = await serve((request) => {
      seen.push(request);
      return { allowed: false, status: { message: 'no shell' } };
    });
    await configure('Validating', 'connect', { clientConfig, rules: [{ ...RULE, operations: ['CONNECT'], resources: ['pods/exec'] }] });
    const response = await fetch(`${cluster.insecureUrl ?? ''}/api/v1/namespaces/default/pods/p/exec?command=sh&command=-c&stdin=true`);
    expect(await response.json()).toMatchObject({ message: 'admission webhook "hook0.example.com" denied the request: no shell' });
    expect(seen[0]).toMatchObject({
      operation: 'CONNECT',
      subResource: 'exec',
      name: 'p',
      object: { kind: 'PodExecOptions', apiVersion: 'v1', command: ['sh', '-c'], stdin: true },
    });
  });

  it('warn', async () => {
    const { clientConfig } = await serve(() => ({ allowed: true, warnings: ['careful', 'careful', 'really'] }));
    await configure('Validating', 'warning', { clientConfig });
    const response = await fetch(`${cluster.insecureUrl ?? ''}/api/v1/namespaces/default/configmaps`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(configMap('warned')),
    });
    expect(response.headers.get('warning')).toBe('299 - "careful", 299 - "really"');
  });

  it('are counted', async () => {
    const { clientConfig } = await serve(() => ({ allowed: false, status: { code: 418 } }));
    await configure('Validating', 'counted', { clientConfig, name: 'counted.example.com' });
    await refusal(create(configMap('counted')));
    const numbers = await (await fetch(`${cluster.insecureUrl ?? ''}/metrics`)).text();
    const labels = 'name="counted.example.com",type="validating",operation="CREATE"';
    expect(numbers).toContain(`apiserver_admission_webhook_request_total{${labels},code="418",rejected="true"} 1`);
    expect(numbers).toContain(`apiserver_admission_webhook_rejection_count{${labels},error_type="no_error",rejection_code="418"} 1`);
    expect(numbers).toContain(`apiserver_admission_webhook_admission_duration_seconds_count{${labels},rejected="true"} 1`);
  });

  describe('that misbehave', () => {
    const ca = CertificateAuthority.create();
    const raw = async (answer: (response: ServerResponse, uid: string) => void, hosts = ['127.0.0.1']): Promise<string> => {
      const { certificatePem, privateKeyPem } = ca.issueServing(hosts);
      const server = createServer({ cert: certificatePem, key: privateKeyPem }, (request, response) => {
        let text = '';
        request.on('data', (part: Buffer) => (text += part.toString()));
        request.on('end', () => {
          answer(response, text === '' ? '' : (JSON.parse(text) as { request: { uid: string } }).request.uid);
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      open.push(
        () =>
          new Promise((resolve) => {
            server.close(() => {
              resolve();
            });
            server.closeAllConnections();
          }),
      );
      return `https://127.0.0.1:${String((server.address() as AddressInfo).port)}/check`;
    };
    const review = (response: object, apiVersion = 'admission.k8s.io/v1'): string =>
      JSON.stringify({ apiVersion, kind: 'AdmissionReview', response });
    type Case = readonly [what: string, answer: (response: ServerResponse, uid: string) => void, message: string];
    const call = (why: string): string => `failed to call webhook: ${why}`;
    const cases: readonly Case[] = [
      [
        'by answering garbage',
        (r) => r.end('garbage'),
        call(
          String.raw`couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`,
        ),
      ],
      ['by answering nothing', (r) => r.end(), call('0-length response with status code: 200 and content type: application/json')],
      [
        'by failing',
        (r) => r.writeHead(500, { 'content-type': 'text/plain' }).end('boom\n'),
        call('an error on the server ("boom") has prevented the request from succeeding'),
      ],
      ['by not being there', (r) => r.writeHead(404).end(), call('the server could not find the requested resource')],
      [
        'by answering for somebody else',
        (r, uid) => r.end(review({ uid: `not-${uid}`, allowed: true })),
        'received invalid webhook response: expected response.uid="UID", got "not-UID"',
      ],
      [
        'by leaving out the response',
        (r) => r.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' })),
        'received invalid webhook response: webhook response was absent',
      ],
      [
        'by answering in v1beta1',
        (r, uid) => r.end(review({ uid, allowed: true }, 'admission.k8s.io/v1beta1')),
        call('converting (v1beta1.AdmissionReview) to (v1.AdmissionReview): unknown conversion'),
      ],
      [
        'by not saying what they answer',
        (r, uid) => r.end(JSON.stringify({ response: { uid, allowed: true } })),
        'received invalid webhook response: expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got /, Kind=',
      ],
      [
        'by patching where they only check',
        (r, uid) => r.end(review({ uid, allowed: true, patch: 'W10=' })),
        'received invalid webhook response: validating webhook may not return response.patch',
      ],
      [
        'by answering with a wrong type',
        (r, uid) => r.end(review({ uid, allowed: 'yes' })),
        call('json: cannot unmarshal string into Go struct field AdmissionResponse.response.allowed of type bool'),
      ],
      ['by hanging up', (r) => r.destroy(), call('Post "URL?timeout=1s": EOF')],
      ['by never answering', () => undefined, call('Post "URL?timeout=1s": context deadline exceeded')],
      [
        'by being busy for longer than there is time',
        (r) => r.writeHead(503, { 'retry-after': '60' }).end(),
        call('context deadline exceeded'),
      ],
      [
        'by redirecting without end',
        (r) => r.writeHead(307, { location: '/check' }).end(),
        call('Post "/check": stopped after 10 redirects'),
      ],
    ];
    it.each(cases)('%s', async (_what, answer, message) => {
      let asked = '';
      const url = await raw((response, uid) => {
        asked = uid;
        answer(response, uid);
      });
      const clientConfig = { url, caBundle: Buffer.from(ca.certificatePem).toString('base64') };
      await configure('Validating', 'odd', { clientConfig, timeoutSeconds: 1 });
      const { code, message: told } = await refusal(create(configMap('odd')));
      expect(code).toBe(500);
      const expected = message.replaceAll('UID', asked).replaceAll('URL', url);
      expect(told).toBe(`Internal error occurred: failed calling webhook "hook0.example.com": ${expected}`);
      await configure('Validating', 'tolerated', { clientConfig, timeoutSeconds: 1, failurePolicy: 'Ignore', name: 'odd.example.com' });
      await open.splice(-2, 1)[0]?.();
      await create(configMap('tolerated'), { dryRun: true });
    });

    it('for a while only, by being busy', async () => {
      const answers = [
        (r: ServerResponse) => r.writeHead(429, { 'retry-after': '0' }).end(),
        (r: ServerResponse) => r.writeHead(503, { 'retry-after': '0' }).end(),
        (r: ServerResponse, uid: string) => r.end(review({ uid, allowed: true, warnings: ['at last'] })),
      ];
      const url = await raw((response, uid) => answers.shift()?.(response, uid));
      await configure('Validating', 'busy', { clientConfig: { url, caBundle: Buffer.from(ca.certificatePem).toString('base64') } });
      await create(configMap('patient'), { dryRun: true });
      expect(answers).toEqual([]);
    });

    const bundle = (pem: string): string => Buffer.from(pem).toString('base64');
    it('by a certificate that does not fit', async () => {
      const other = CertificateAuthority.create();
      const named = await raw((response) => response.end(), ['example.com']);
      await configure('Validating', 'certificates', { clientConfig: { url: named, caBundle: bundle(ca.certificatePem) } });
      expect((await refusal(create(configMap('odd')))).message).toContain(
        "tls: failed to verify certificate: x509: cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs",
      );
      await open.pop()?.();
      await configure('Validating', 'certificates', { clientConfig: { url: named, caBundle: bundle(other.certificatePem) } });
      expect((await refusal(create(configMap('odd')))).message).toContain(
        'tls: failed to verify certificate: x509: certificate signed by unknown authority',
      );
    });
  });
});
