/** The timeouts of the demo, in seconds. */
export interface DemoTimeouts {
  readonly idleS: number;
  readonly absoluteS: number;
  readonly paymentsIdleS: number;
  /** The longest time of a stream. Undefined means the default, the idle timeout. */
  readonly streamMaxS: number | undefined;
}

/** Short enough to watch, long enough for a busy machine. */
export const STORY: DemoTimeouts = { idleS: 3, absoluteS: 12, paymentsIdleS: 1.5, streamMaxS: 12 };

/** With `--stay`: long enough to try things by hand. */
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
  return `# The policy file of the demo. You can edit it while the demo is running: it is reloaded within a second.
version: 1
host_ports: ignored
sources:
  - name: web
    cookie: sid                # the sample application's own cookie
    opening: first-use
    credential_lifetime: 1d
policies:
  - name: logout               # a logout in the application is a logout here, too
    match: [{ path: /logout, methods: [POST] }]
    ends_session: true
  - name: login                # a dead cookie is removed, so that the login makes a new one
    match: [{ path: /login }]
    session: login
  - name: public
    match: [{ path: /assets/** }, { path: /favicon.ico }]
    session: off
  - name: payments
    match: [{ context: { tier: sensitive } }]   # set by Envoy's route /payments
    idle: ${paymentsIdleS * 1_000}ms
    absolute: ${absoluteS}s
    on_expiry: challenge       # asks for a fresh login; the session continues elsewhere
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
