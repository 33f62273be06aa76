// Writes a fresh secret into the file that is named, unless it is there already, for Curfew's user alone.

import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, writeFileSync } from 'node:fs';

const CURFEW_USER = 65532;
const file = process.argv[2];

if (!existsSync(file)) {
  writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o400 });
  chownSync(file, CURFEW_USER, CURFEW_USER);
}
