import type { UserInfo } from '../apimachinery/user-info.js';
import type { AuditRecord } from '../auth/audit/event.js';

/** What is known about one API request below the HTTP edge. */
export interface RequestContext {
  readonly user: UserInfo;
  /** As authorizers are asked; absent where nobody was. */
  readonly verb?: string | undefined;
  /** From the URL; empty for cluster-scoped resources and all-namespaces lists. */
  readonly namespace: string;
  /** From the URL; empty for collections. */
  readonly name: string;
  /** For the manager of tracked fields when `fieldManager` isn't given. */
  readonly userAgent: string;
  /** The URL path, for authorization of secondary checks. */
  readonly path: string;
  /** Adds a Warning header; repeated texts count once. */
  warn(text: string): void;
  /** Notes for the audit trail, such as those of PodSecurity. */
  annotate(key: string, value: string): void;
  /** Where the audit trail hears of bodies; absent where nothing is written. */
  readonly audit?: AuditRecord | undefined;
}

const MAX_TOTAL = 4096;
const MAX_EACH = 256;

function truncated(list: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let written = 0;
  for (const text of list) {
    if (written >= MAX_TOTAL) break;
    const cut = text.length <= MAX_EACH ? text : [...text].slice(0, MAX_EACH).join('');
    written += [...cut].length;
    kept.push(cut);
  }
  return kept;
}

/** Collects warnings in the order given, each once (Go: k8s.io/apiserver/pkg/warning). */
export class Warnings {
  private list: string[] | undefined;

  add(text: string): void {
    if (this.list === undefined) this.list = [text];
    else if (!this.list.includes(text)) this.list.push(text);
  }

  /** What fits into headers: beyond 4,096 characters each is cut to 256, and the rest is left out. */
  get texts(): readonly string[] {
    const { list = [] } = this;
    let total = 0;
    for (const text of list) total += text.length;
    return total <= MAX_TOTAL ? list : truncated(list);
  }
}
