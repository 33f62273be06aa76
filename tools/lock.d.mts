/** Runs `work` while no other process holds the lock `folder`; waits as long as that takes. */
export function withLock<T>(folder: string, work: () => Promise<T>): Promise<T>;
