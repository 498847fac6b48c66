/** Thrown through the interpreter by `break`, `continue`, `return` and `exit`. */
export class LoopControl {
  constructor(
    readonly kind: 'break' | 'continue',
    readonly levels: number,
  ) {}
}

export class Return {
  constructor(readonly status: number) {}
}

export class Exit {
  constructor(readonly status: number) {}
}
