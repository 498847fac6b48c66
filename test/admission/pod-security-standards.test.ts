import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { detailsText, violationsOf } from '../../src/admission/pod-security/evaluate.js';
import { policyOf, type Policy } from '../../src/admission/pod-security/policy.js';
import type { PodSpec } from '../../src/schema/generated/core-v1.js';

interface Golden {
  readonly pods: Readonly<Record<string, { readonly annotations?: Record<string, string>; readonly spec: PodSpec }>>;
  readonly violations: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const golden = load(readFileSync(new URL('golden/pod-security-standards.yaml', import.meta.url), 'utf8')) as Golden;

/** `restricted:v1.30`, by way of a namespace's labels. */
function policy(name: string): Policy {
  const [level = '', version = ''] = name.split(':');
  const prefix = 'pod-security.kubernetes.io/enforce';
  const { policy: found, errors } = policyOf({ [prefix]: level, [`${prefix}-version`]: version });
  expect(errors).toEqual([]);
  return found.enforce;
}

describe('The Pod Security Standards', () => {
  for (const [name, expected] of Object.entries(golden.violations)) {
    it(`refuse by ${name} what the real server refuses, in its words`, () => {
      const texts = Object.entries(golden.pods).map(([pod, { annotations, spec }]) => {
        return [pod, detailsText(violationsOf({ annotations, spec }, policy(name)))] as const;
      });
      expect(Object.fromEntries(texts.filter(([, text]) => text !== ''))).toEqual(expected);
    });
  }

  it('allow everything at the privileged level', () => {
    for (const { annotations, spec } of Object.values(golden.pods)) {
      expect(violationsOf({ annotations, spec }, { level: 'privileged', version: 'latest' })).toEqual([]);
    }
  });

  it('hold versions that are yet to come to be as the last one', () => {
    for (const { annotations, spec } of Object.values(golden.pods)) {
      const pod = { annotations, spec };
      expect(violationsOf(pod, { level: 'restricted', version: 99 })).toEqual(
        violationsOf(pod, { level: 'restricted', version: 'latest' }),
      );
    }
  });
});

describe('Labels of a namespace', () => {
  const prefix = 'pod-security.kubernetes.io/';
  const labels = (values: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [prefix + key, value]));

  it('ask for nothing where there are none', () => {
    expect(policyOf(undefined).policy.enforce).toEqual({ level: 'privileged', version: 'latest' });
    expect(policyOf({ other: 'label' }).policy.warn).toEqual({ level: 'privileged', version: 'latest' });
  });

  it('enforce the strictest when they make no sense, and neither warn nor audit', () => {
    const { policy: found, errors } = policyOf(labels({ enforce: 'x', audit: 'y', warn: 'z' }));
    expect(found).toEqual({
      enforce: { level: 'restricted', version: 'latest' },
      audit: { level: 'privileged', version: 'latest' },
      warn: { level: 'privileged', version: 'latest' },
    });
    expect(errors.map(String)).toEqual(
      (['enforce', 'audit', 'warn'] as const).map(
        (mode, i) =>
          `metadata.labels[${prefix}${mode}]: Invalid value: "${'xyz'[i] ?? ''}": must be one of privileged, baseline, restricted`,
      ),
    );
  });

  it.each([
    [{ enforce: 'baseline' }, { level: 'baseline', version: 'latest' }],
    [
      { enforce: 'baseline', 'enforce-version': 'v1.20' },
      { level: 'baseline', version: 20 },
    ],
    [
      { enforce: 'baseline', 'enforce-version': 'v1.20', 'warn-version': 'v1.3' },
      { level: 'baseline', version: 3 },
    ],
    [
      { enforce: 'restricted', warn: 'baseline' },
      { level: 'baseline', version: 'latest' },
    ],
  ])('with %j warn by %j', (values, expected) => {
    expect(policyOf(labels(values)).policy.warn).toEqual(expected);
  });
});
