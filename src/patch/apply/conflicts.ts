import { goQuote } from '../../apimachinery/field-error.js';
import { applyConflict, type StatusCause, type StatusError } from '../../apimachinery/status.js';
import type { FieldSet } from './field-set.js';
import type { ManagerId } from './managers.js';
import { compareText } from './order.js';
import { type Path, pathToText } from './path-element.js';

/** A field that an apply would change although another manager owns it. */
export interface Conflict {
  readonly id: ManagerId;
  readonly path: Path;
}

/** An apply without force that runs into others' fields. */
export class ConflictsError extends Error {
  override readonly name = 'ConflictsError';

  constructor(readonly conflicts: readonly Conflict[]) {
    super('conflicts');
  }
}

/** The conflicts that a set does not allow. */
export function notAllowed(conflicts: readonly Conflict[], allowed: FieldSet): Conflict[] {
  return conflicts.filter(({ path }) => !allowed.has(path));
}

/** The 409 of server-side apply, one cause a field (Go: internal.NewConflictError). */
export function conflictStatus(conflicts: readonly Conflict[]): StatusError {
  const byManager = [...conflicts].sort((a, b) => compareText(a.id.key, b.id.key));
  const causes: StatusCause[] = byManager.map(({ id, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${managerText(id)}`,
    field: pathToText(path),
  }));
  return applyConflict(conflictMessage(byManager), causes);
}

function conflictMessage(conflicts: readonly Conflict[]): string {
  const [only] = conflicts;
  if (only !== undefined && conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${managerText(only.id)}: ${pathToText(only.path)}`;
  }
  const lines: string[] = [];
  let before: string | undefined;
  for (const { id, path } of conflicts) {
    if (id.key !== before) lines.push(`conflicts with ${managerText(id)}:`);
    lines.push(`- ${pathToText(path)}`);
    before = id.key;
  }
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

function managerText(id: ManagerId): string {
  let text = goQuote(id.manager);
  if (id.subresource !== '') text += ` with subresource ${goQuote(id.subresource)}`;
  return id.operation === 'Update' ? `${text} using ${id.apiVersion}` : text;
}
