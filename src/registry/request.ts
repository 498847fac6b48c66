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

/** Collects warnings in the order given, each once (Go: k8s.io/apiserver/pkg/warning). */
export class Warnings {
  private list: string[] | undefined;

  add(text: string): void {
    if (this.list === undefined) this.list = [text];
    else if (!this.list.includes(text)) this.list.push(text);
  }

  get texts(): readonly string[] {
    return this.list ?? [];
  }
}
