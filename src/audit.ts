import { randomUUID } from 'node:crypto';
import type { Clock } from './apimachinery/clock.js';
import { Auditor } from './auth/audit/event.js';
import { AuditLogFile } from './auth/audit/log-file.js';
import { parseAuditPolicy } from './auth/audit/policy-file.js';
import { AuditPolicyEvaluator, DEFAULT_AUDIT_POLICY } from './auth/audit/policy.js';
import { OptionError, type ClusterOptions } from './cluster-options.js';

/** The audit trail of a cluster: `--audit-log-path` and `--audit-policy-file`. */
export interface AuditTrail {
  readonly auditor: Auditor;
  /** Writes what is waiting and closes the file. */
  close(): void;
}

/** Opens the trail that the options ask for; undefined if they ask for none. Throws OptionError. */
export async function openAuditTrail(options: ClusterOptions, clock: Clock): Promise<AuditTrail | undefined> {
  const { auditLogPath, auditPolicy } = options;
  if (auditLogPath === undefined) {
    if (auditPolicy !== undefined) throw new OptionError('audit-policy-file', 'says what to write, but --audit-log-path must say where');
    return undefined;
  }
  const policy = auditPolicy === undefined ? DEFAULT_AUDIT_POLICY : await policyOf(auditPolicy);
  const sink = logFile(auditLogPath, (error) => {
    options.logger?.error('the audit trail lost events', error);
  });
  // Ids are not from the cluster's own chance, or a trail would change the uids that a seed gives.
  const auditor = new Auditor({ policy: new AuditPolicyEvaluator(policy), sink, now: () => clock.now(), newId: randomUUID });
  return { auditor, close: sink.close.bind(sink) };
}

function policyOf(text: string): ReturnType<typeof parseAuditPolicy> {
  return parseAuditPolicy(text).catch((error: unknown) => {
    throw new OptionError('audit-policy-file', `can't be used: ${messageOf(error)}`);
  });
}

function logFile(path: string, onFailure: (error: unknown) => void): AuditLogFile {
  try {
    return new AuditLogFile(path, onFailure);
  } catch (error) {
    throw new OptionError('audit-log-path', `can't write there: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
