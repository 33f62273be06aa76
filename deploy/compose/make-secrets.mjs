// Makes the secrets of the composition in the named folder, unless they exist already: `curfew.keys`,
// `redis-password`, `admin.tokens` and `operator.token`, which only Curfew's user can read, and `users.acl` with the hash
// of that password.

import { createHash, randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CURFEW_USER = 65532;
const [, , folder, aclTemplate] = process.argv;

const keys = join(folder, 'curfew.keys');
if (!existsSync(keys)) writeForCurfew(keys, secret());

const tokens = join(folder, 'admin.tokens');
if (!existsSync(tokens)) {
  const token = secret();
  writeForCurfew(join(folder, 'operator.token'), token);
  writeForCurfew(tokens, `operator operator ${token}\n`);
}

const users = join(folder, 'users.acl');
if (!existsSync(users)) {
  const password = secret();
  writeForCurfew(join(folder, 'redis-password'), password);
  const hash = createHash('sha256').update(password).digest('hex');
  writeFileSync(users, readFileSync(aclTemplate, 'utf8').replace('>CHANGE-ME', `#${hash}`));
}

function secret() {
  return randomBytes(32).toString('hex');
}

function writeForCurfew(file, text) {
  writeFileSync(file, text, { mode: 0o400 });
  if (process.getuid() === 0) chownSync(file, CURFEW_USER, CURFEW_USER);
}
