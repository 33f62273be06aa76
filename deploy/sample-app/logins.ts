import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const LOGINS_MAX = 10_000;
const COOKIE = 'sid';

/** The logged-in users by the value of their cookie. They are lost when the process ends. */
const users = new Map<string, string>();

/** Logs a user in; the result is the value of `set-cookie`. */
export function logIn(user: string): string {
  const sid = randomBytes(16).toString('hex');
  users.set(sid, user);
  const oldest = users.keys().next();
  if (users.size > LOGINS_MAX && !oldest.done) users.delete(oldest.value);
  return `${COOKIE}=${sid}; Path=/; HttpOnly; SameSite=Lax`;
}

/** Logs out the user of this request; the result is the value of `set-cookie`. */
export function logOut(request: IncomingMessage): string {
  users.delete(sidOf(request));
  return `${COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`;
}

/** The name of the user of this request, or undefined without a login. */
export function userOf(request: IncomingMessage): string | undefined {
  return users.get(sidOf(request));
}

function sidOf(request: IncomingMessage): string {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = pair.split('=');
    if (name?.trim() === COOKIE) return value?.trim() ?? '';
  }
  return '';
}
