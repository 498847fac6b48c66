/** Costs of basic operations (Go: cel-go/common: cost.go). */
export const LIST_COST = 10;
export const MAP_COST = 30;
export const STRUCT_COST = 40;
/** For each character of a text that is gone through once. */
export const TRAVERSAL = 0.1;
/** For each character of a regular expression, on each unit of the text. */
export const REGEX = 0.25;
/** One authorization check; two of them are all that fits into an expression's limit (Go: library.CostEstimator). */
export const AUTHORIZATION_COST = 350_000;
