import { describe, expect, it } from 'vitest';
import type { FieldError } from '../../../src/apimachinery/field-error.js';
import { FieldPath } from '../../../src/apimachinery/field-path.js';
import type { PodSpec, ResourceRequirements } from '../../../src/schema/generated/core-v1.js';
import { aggregateContainers } from '../../../src/component-helpers/aggregate-resources.js';
import { imageTag, pullPolicyFor } from '../../../src/registry/core/pod-spec/image-reference.js';
import { roundResources } from '../../../src/registry/core/pod-spec/resource-rounding.js';
import { parseTolerations } from '../../../src/registry/core/pod-spec/toleration-annotation.js';
import { checkInitiator } from '../../../src/registry/core/pod-spec/volume-sources.js';
import { computeQosClass } from '../../../src/component-helpers/quality-of-service.js';
import { semanticEqual } from '../../../src/registry/core/semantic-equal.js';

const HEX = 'a'.repeat(64);

describe('The tag of an image', () => {
  it.each([
    ['nginx', 'latest'],
    ['nginx:1.25', '1.25'],
    ['localhost/nginx', 'latest'],
    ['registry.example:5000/team/app', 'latest'],
    ['registry.example:5000/team/app:v2', 'v2'],
    ['[::1]:5000/app:v2', 'v2'],
    ['Registry.example/app', 'latest'],
    [`app@sha256:${HEX}`, ''],
    [`app:v1@sha256:${HEX}`, 'v1'],
    [`app@sha256:${HEX}00`, ''],
    ['App', ''],
    ['app:', ''],
    ['app__x/y', 'latest'],
    ['app___x', ''],
    [HEX, ''],
    ['', ''],
    [' app', ''],
    [`a/${'b'.repeat(300)}`, ''],
  ])('of %s is "%s"', (image, tag) => {
    expect(imageTag(image)).toBe(tag);
  });

  it('decides whether an image is pulled always', () => {
    expect(['app', 'app:latest', 'app:1', `app:latest@sha256:${HEX}`, 'App'].map(pullPolicyFor)).toEqual([
      'Always',
      'Always',
      'IfNotPresent',
      'Always',
      'IfNotPresent',
    ]);
  });
});

describe('Amounts', () => {
  it('are rounded up to thousandths', () => {
    const list = { a: '1n', b: '100u', c: '1500u', d: '1', e: '1536Mi', f: '1e-4' };
    roundResources(list);
    expect(list).toEqual({ a: '1m', b: '1m', c: '2m', d: '1', e: '1536Mi', f: '1e-3' });
  });

  it('are compared by value where specs are', () => {
    const spec = (memory: string): object => ({
      containers: [{ resources: { requests: { memory } } }],
      volumes: [{ emptyDir: { sizeLimit: memory } }],
    });
    expect(semanticEqual(spec('1Ki'), spec('1024'))).toBe(true);
    expect(semanticEqual(spec('1Ki'), spec('1000'))).toBe(false);
    expect(semanticEqual({ hostname: '1Ki' }, { hostname: '1024' })).toBe(false);
  });

  it('of containers add up, with init containers as a minimum and sidecars beside', () => {
    const requests = (cpu: string): { resources: ResourceRequirements } => ({ resources: { requests: { cpu } } });
    const spec: PodSpec = {
      containers: [requests('100m'), requests('200m')],
      initContainers: [requests('50m'), { ...requests('300m'), restartPolicy: 'Always' }, requests('500m')],
    };
    expect(
      aggregateContainers(spec, ({ resources }) => resources.requests)
        .get('cpu')
        ?.toString(),
    ).toBe('800m');
  });
});

describe('The quality of service', () => {
  const full: ResourceRequirements = { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } };
  it.each<[string, string, PodSpec]>([
    ['BestEffort', 'nothing', { containers: [{ resources: {} }] }],
    ['BestEffort', 'zeros', { containers: [{ resources: { requests: { cpu: '0' } } }] }],
    ['Burstable', 'a request', { containers: [{ resources: { requests: { cpu: '1' } } }] }],
    ['Burstable', 'limits above requests', { containers: [{ resources: { ...full, requests: { cpu: '500m', memory: '1Gi' } } }] }],
    ['Guaranteed', 'all limits', { containers: [{ resources: full }] }],
    ['Burstable', 'an init container without limits', { containers: [{ resources: full }], initContainers: [{ resources: {} }] }],
    ['Guaranteed', 'limits of the pod', { resources: full, containers: [{ resources: {} }] }],
    ['Burstable', 'one limit of the pod', { resources: { limits: { cpu: '1' }, requests: { cpu: '1' } }, containers: [{ resources: {} }] }],
  ])('is %s with %s', (wanted, _, spec) => {
    expect(computeQosClass(spec)).toBe(wanted);
  });
});

describe('Names of iSCSI initiators', () => {
  const faults = (name: string): string[] => {
    const errors: FieldError[] = [];
    checkInitiator(name, FieldPath.of('iqn'), 'start', errors);
    return errors.map(({ detail }) => detail);
  };

  it.each([
    ['iqn.2001-04.com.example:storage.disk1', []],
    ['iqn.2001-04.com.example:a:b', []],
    ['iqnX iqn.2001-04.com:x', []],
    ['iqn.2001-04.com.example', ['must be valid format']],
    ['iqn.2001-04.com.example:', ['must be valid format']],
    ['iqn.2001-04.com.example:a b', ['must be valid format']],
    ['iqn.2001-04.:x', ['must be valid format']],
    ['eui.0123456789abcdef', []],
    ['naa.0123', ['must be valid format']],
    ['other', ['start']],
  ])('%s', (name, wanted) => {
    expect(faults(name)).toEqual(wanted);
  });

  it('cost no more than their length', () => {
    const start = performance.now();
    expect(faults('iqn.2001-04.'.repeat(100_000))).toEqual(['must be valid format']);
    expect(faults(`${'iqn.2001-04.a:'.repeat(100_000)} `)).toEqual(['must be valid format']);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('The annotation that holds tolerations', () => {
  it.each([
    ['[{"key":"a","Operator":"Exists"}]', { tolerations: [{ key: 'a', operator: 'Exists' }] }],
    ['null', { tolerations: [] }],
    ['[null]', { tolerations: [{}] }],
    ['{', { fault: 'unexpected end of JSON input' }],
    ['{}', { fault: 'json: cannot unmarshal object into Go value of type []core.Toleration' }],
    ['[1]', { fault: 'json: cannot unmarshal number into Go value of type core.Toleration' }],
    ['[{"effect":1}]', { fault: 'json: cannot unmarshal number into Go struct field Toleration.Effect of type core.TaintEffect' }],
    [
      '[{"tolerationSeconds":1.5}]',
      { fault: 'json: cannot unmarshal number 1.5 into Go struct field Toleration.TolerationSeconds of type int64' },
    ],
  ])('%s', (text, wanted) => {
    expect(parseTolerations(text)).toEqual(wanted);
  });
});
