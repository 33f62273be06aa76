/** A call of administration waits for each answer: unlike a check, it is not overdue in milliseconds. */
export const NO_DEADLINE = { assertAwaited: (): void => undefined } as const;
