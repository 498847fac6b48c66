import { describe, expect, it } from 'vitest';
import { AdmissionChain, type AdmissionPlugin, type Attributes, type Operation } from '../../src/admission/admission.js';
import { admissionPlugins, pluginNamesFault, PLUGINS } from '../../src/admission/plugins.js';
import { userInfo } from '../../src/auth/identities.js';
import { HttpsClient } from '../../src/webhook/https-client.js';
import { Served } from '../registry/support/served.js';

const { environment } = new Served();
const webhooks = {
  client: new HttpsClient({ open: () => Promise.reject(new Error('nobody is called')) }),
  random: environment.random,
  versionsOf: () => [],
  catalogVersion: () => 0,
  seconds: () => 0,
};
const names = (enable: readonly string[] = [], disable: readonly string[] = []): string[] =>
  admissionPlugins({ environment, enable, disable }).map(({ name }) => name);

describe('Plug-ins', () => {
  it('are on by default as in the real server, in its order', () => {
    expect(PLUGINS.filter(({ byDefault }) => byDefault).map(({ name }) => name)).toEqual([
      'NamespaceLifecycle',
      'LimitRanger',
      'ServiceAccount',
      'TaintNodesByCondition',
      'PodSecurity',
      'Priority',
      'DefaultTolerationSeconds',
      'DefaultStorageClass',
      'StorageObjectInUseProtection',
      'PodGroupProtection',
      'PersistentVolumeClaimResize',
      'RuntimeClass',
      'CertificateApproval',
      'CertificateSigning',
      'ClusterTrustBundleAttest',
      'CertificateSubjectRestriction',
      'DefaultIngressClass',
      'PodTopologyLabels',
      'PodGroupWorkloadExists',
      'NodeDeclaredFeatureValidator',
      'JobValidation',
      'PodResizeValidator',
      'MutatingAdmissionPolicy',
      'MutatingAdmissionWebhook',
      'ValidatingAdmissionPolicy',
      'ValidatingAdmissionWebhook',
      'ResourceQuota',
    ]);
  });

  it('are called what they are listed as', () => {
    const made = PLUGINS.filter(({ unsupported }) => unsupported === undefined).flatMap(({ name, create }) => {
      const plugin = create?.(environment, { environment, enable: [], disable: [], webhooks });
      return plugin === undefined ? [] : [[name, plugin.name]];
    });
    expect(made.map(([listed]) => listed)).toContain('MutatingAdmissionWebhook');
    for (const [listed, own] of made) expect(own).toBe(listed);
  });

  it('are switched on and off by name, and keep their places', () => {
    const on = names(['NodeRestriction'], ['PodSecurity', 'LimitRanger']);
    expect(on).not.toContain('PodSecurity');
    expect(on.slice(0, 4)).toEqual(['NamespaceLifecycle', 'ServiceAccount', 'NodeRestriction', 'TaintNodesByCondition']);
    expect(on.at(-1)).toBe('ResourceQuota');
  });

  it.each([
    [['Nope'], [], 'enable-admission-plugins plugin "Nope" is unknown'],
    [[], ['nope'], 'disable-admission-plugins plugin "nope" is unknown'],
    [['PodSecurity'], ['PodSecurity'], '[PodSecurity] in enable-admission-plugins and disable-admission-plugins overlapped'],
    [
      ['EventRateLimit'],
      [],
      "admission plugin EventRateLimit can't be enabled: it needs a configuration file (--admission-control-config-file), which is not supported",
    ],
  ])('can not be switched by %j and %j', (enable, disable, fault) => {
    expect(pluginNamesFault(enable, disable)).toBe(fault);
    expect(() => names(enable, disable)).toThrow(fault);
  });
});

describe('A chain', () => {
  const attributes = (operation: Operation, resource = 'pods'): Attributes => ({
    operation,
    object: undefined,
    oldObject: undefined,
    kind: { group: '', version: 'v1', kind: 'Pod' },
    resource: { group: '', version: 'v1', resource },
    subresource: '',
    namespace: 'default',
    name: 'p',
    user: userInfo({ name: 'admin' }),
    dryRun: false,
    options: {},
    warn: () => undefined,
    annotate: () => undefined,
  });

  const plugin = (log: string[], name: string, more: Partial<AdmissionPlugin> = {}): AdmissionPlugin => ({
    name,
    handles: () => true,
    admit: () => {
      log.push(`${name} admits`);
    },
    validate: async () => {
      await Promise.resolve();
      log.push(`${name} validates`);
    },
    ...more,
  });

  it('asks in order, each before the next', async () => {
    const log: string[] = [];
    const slow = plugin(log, 'a', { admit: () => Promise.resolve().then(() => void log.push('a admits late')) });
    const chain = new AdmissionChain([slow, plugin(log, 'b')]);
    await chain.admit(attributes('CREATE'));
    await chain.validate(attributes('CREATE'));
    expect(log).toEqual(['a admits late', 'b admits', 'a validates', 'b validates']);
  });

  it('asks only those who care about the operation and the resource', async () => {
    const log: string[] = [];
    const chain = new AdmissionChain([
      plugin(log, 'creates', { handles: (operation) => operation === 'CREATE' }),
      plugin(log, 'nodes', { resources: ['/nodes'] }),
      plugin(log, 'deployments', { resources: ['apps/deployments'] }),
    ]);
    await chain.admit(attributes('UPDATE', 'nodes'));
    await chain.admit(attributes('CREATE', 'pods'));
    await chain.admit(attributes('CREATE', 'pods'));
    expect(log).toEqual(['nodes admits', 'creates admits', 'creates admits']);
  });

  it('ends with the first refusal', async () => {
    const log: string[] = [];
    const refuse = plugin(log, 'refuses', {
      admit: () => {
        throw new Error('no');
      },
    });
    const chain = new AdmissionChain([refuse, plugin(log, 'later')]);
    await expect(chain.admit(attributes('CREATE'))).rejects.toThrow('no');
    expect(log).toEqual([]);
  });
});
