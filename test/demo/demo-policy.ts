/** The timeouts of the demo, in seconds. */
export interface DemoTimeouts {
  readonly idleS: number;
  readonly absoluteS: number;
  readonly paymentsIdleS: number;
  /** How long a stream may last. Undefined is the default: the idle timeout. */
  readonly streamMaxS: number | undefined;
}

/** Short enough to watch, long enough for a busy machine. */
export const STORY: DemoTimeouts = { idleS: 3, absoluteS: 12, paymentsIdleS: 1.5, streamMaxS: 12 };

/** With `--stay`: time to try things by hand. */
export const BY_HAND: DemoTimeouts = {
  idleS: 20,
  absoluteS: 180,
  paymentsIdleS: 8,
  streamMaxS: undefined,
};

/** The policy file of the demo, for Envoy on this port. */
export function demoPolicy(port: number, timeouts: DemoTimeouts): string {
  const { idleS, absoluteS, paymentsIdleS, streamMaxS } = timeouts;
  const login = `http://127.0.0.1:${port}/login?rd={return_to}&reason={reason}`;
  return `# The policy file of the demo. Edit it while it runs: a change is in force within a second.
version: 1
sources:
  - name: web
    cookie: sid                # the sample application's own cookie
    opening: first-use
    credential_lifetime: 1d
policies:
  - name: public
    match: [{ path: /login }, { path: /logout }, { path: /assets/** }]
    session: off
  - name: payments
    match: [{ context: { tier: sensitive } }]   # Envoy's route /payments says so
    idle: ${paymentsIdleS * 1_000}ms
    absolute: ${absoluteS}s
    on_expiry: challenge       # a fresh login is wanted; the rest of the session goes on
    login_url: ${login}&max_age={max_age}
    expose_lifetime: true
  - name: default
    idle: ${idleS}s
    absolute: ${absoluteS}s
    passive: [{ path: /api/notifications }]
${streamMaxS === undefined ? '' : `    stream_max: ${streamMaxS}s  # by default the idle timeout\n`}    login_url: ${login}
    expose_lifetime: true
`;
}
