export interface Summary {
  code: number;
  faults?: string[];
  warnings?: string[];
  object?: object;
}
export declare function summary(code: number, body: object, warnings: readonly string[], now?: number): Summary;
