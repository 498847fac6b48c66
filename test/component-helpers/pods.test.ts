import { describe, expect, it } from 'vitest';
import {
  isPodActive,
  isPodAvailable,
  isPodReady,
  isPodTerminating,
  nextPodAvailability,
  type Pod,
} from '../../src/component-helpers/pods.js';

const pod = (status: Pod['status'], deletionTimestamp?: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }) },
  spec: {},
  status,
});
const ready = (status: string, at: string): Pod =>
  pod({ phase: 'Running', conditions: [{ type: 'Ready', status, lastTransitionTime: at }] });
const NOON = Date.UTC(2026, 0, 1, 12);

describe('pods', () => {
  it('are ready by their condition alone', () => {
    expect(isPodReady(ready('True', '2026-01-01T12:00:00Z'))).toBe(true);
    expect(isPodReady(ready('False', '2026-01-01T12:00:00Z'))).toBe(false);
    expect(isPodReady(pod({ phase: 'Running' }))).toBe(false);
  });

  it('are available after having been ready for a while', () => {
    const young = ready('True', '2026-01-01T11:59:55Z');
    expect(isPodAvailable(young, 0, NOON)).toBe(true);
    expect(isPodAvailable(young, 5, NOON)).toBe(true);
    expect(isPodAvailable(young, 6, NOON)).toBe(false);
    expect(nextPodAvailability([young, ready('True', '2026-01-01T11:59:58Z')], 6, NOON)).toBe(1000);
    expect(nextPodAvailability([young], 5, NOON)).toBeUndefined();
  });

  it('are active until they end or are deleted', () => {
    expect(isPodActive(pod({ phase: 'Pending' }))).toBe(true);
    expect(isPodActive(pod({ phase: 'Succeeded' }))).toBe(false);
    expect(isPodActive(pod({ phase: 'Running' }, '2026-01-01T12:00:00Z'))).toBe(false);
    expect(isPodTerminating(pod({ phase: 'Running' }, '2026-01-01T12:00:00Z'))).toBe(true);
    expect(isPodTerminating(pod({ phase: 'Failed' }, '2026-01-01T12:00:00Z'))).toBe(false);
  });
});
