// Makes the secrets of the composition in the folder that is named, unless they are there already:
// `curfew.keys` and `redis-password` for Curfew's user alone, `users.acl` with the hash of that password.

import { createHash, randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CURFEW_USER = 65532;
const [, , folder, aclTemplate] = process.argv;

const keys = join(folder, 'curfew.keys');
if (!existsSync(keys)) writeForCurfew(keys, secret());

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
