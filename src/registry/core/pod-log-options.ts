import { forbidden, invalid } from '../../apimachinery/field-error.js';
import { NAMELESS } from '../../apimachinery/field-path.js';
import { badRequest, invalidObject } from '../../apimachinery/status.js';
import { parseInt64 } from '../../apimachinery/strconv.js';
import { parseTime } from '../../apimachinery/time.js';
import type { LogOptions } from '../kubelet.js';
import type { ConnectRequest } from '../resource.js';

/**
 * PodLogOptions of a query, checked (Go: ValidatePodLogOptions).
 * @param now milliseconds since the epoch
 */
export function logOptions(query: ConnectRequest['query'], name: string, now: number): LogOptions {
  const sinceSeconds = number(query, 'sinceSeconds');
  const tailLines = number(query, 'tailLines');
  const limitBytes = number(query, 'limitBytes');
  const errors = [];
  if (tailLines !== undefined && tailLines < 0) errors.push(invalid('tailLines', tailLines, 'must be greater than or equal to 0'));
  if (limitBytes !== undefined && limitBytes < 1) errors.push(invalid('limitBytes', limitBytes, 'must be greater than 0'));
  if (sinceSeconds !== undefined && query.has('sinceTime')) {
    errors.push(forbidden(NAMELESS, 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  } else if (sinceSeconds !== undefined && sinceSeconds < 1) errors.push(invalid('sinceSeconds', sinceSeconds, 'must be greater than 0'));
  // Behind the feature gate PodLogsQuerySplitStreams, which is off.
  if (query.has('stream')) errors.push(forbidden('stream', 'may not be specified'));
  if (errors.length > 0) throw invalidObject({ group: '', kind: 'PodLogOptions' }, name, errors);
  return {
    follow: flag(query, 'follow'),
    previous: flag(query, 'previous'),
    timestamps: flag(query, 'timestamps'),
    since: sinceSeconds !== undefined ? now - sinceSeconds * 1000 : sinceTime(query),
    tailLines,
    limitBytes,
  };
}

function number(query: ConnectRequest['query'], option: string): number | undefined {
  const text = query.get(option)?.[0];
  if (text === undefined) return undefined;
  const value = parseInt64(text);
  if (typeof value === 'string') throw badRequest(value);
  return Number(value);
}

/** All but `0` and `false` is true (Go: conversion of query parameters). */
export function flag(query: ConnectRequest['query'], option: string): boolean {
  const text = query.get(option)?.[0];
  return text !== undefined && text !== '0' && text.toLowerCase() !== 'false';
}

function sinceTime(query: ConnectRequest['query']): number | undefined {
  const text = query.get('sinceTime')?.[0] ?? '';
  if (text === '') return undefined;
  try {
    return parseTime(text);
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : String(error));
  }
}
